using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Sources.Transports.Http;

namespace Waterguard.Api;

/// <summary>Routes what senders post to the input that it is for.</summary>
internal static class IngestRoutes
{
    public static void MapIngest(this WebApplication app, IReadOnlyList<HttpTransport> inputs) =>
        app.MapPost("/api/v1/ingest/{source}", async (string source, HttpContext context) => await IngestExchange.WriteAsync(context, await AnswerAsync(inputs, source, context)));

    private static async Task<IngestAnswer> AnswerAsync(IReadOnlyList<HttpTransport> inputs, string source, HttpContext context)
    {
        var shown = IngestExchange.ShownKey(context.Request);
        var known = inputs.Where(i => i.Knows(shown)).ToArray();
        if (known.Length == 0) return new IngestAnswer(401, "Unauthorised", "No input knows this API key.");
        if (known.FirstOrDefault(i => i.Source == source) is not { } input && (input = known.FirstOrDefault(i => i.Source is null)) is null)
        {
            return new IngestAnswer(404, "No such input", $"This API key is for {string.Join(", ", known.Select(k => k.Source))}.");
        }

        if (context.Request.ContentLength > input.MaxBody) return new IngestAnswer(413, "Body too large", $"More than {input.MaxBody} bytes.");
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        return await IngestExchange.ReceiveAsync(context, (encoding, peer) => input.ReceiveAsync(
            new IngestRequest(context.Request.Body, encoding, type, context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null, peer), context.RequestAborted));
    }
}
