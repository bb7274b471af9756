using Microsoft.AspNetCore.Http;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Sources.Transports.Http;

namespace Waterguard.Api;

/// <summary>Routes what senders post to the input that it is for.</summary>
internal static class IngestRoutes
{
    /// <summary>Where records are posted. The inputs' own keys are good here, and API keys with the scope.</summary>
    public static ApiRoute Of(IReadOnlyList<HttpTransport> inputs, AccessControl access) => ApiRoute.Post(
        "/ingest/{source}", Need.Nobody, "Takes records (NDJSON, a JSON array or an envelope; gzip); answers when they are durable. With the input's key, or an API key with the scope ingest.", null, null,
        Shape.Of(("records", Shape.Whole), ("repeat", Shape.Boolean), ("detail?", Shape.LongText)), async exchange =>
        {
            await IngestExchange.WriteAsync(exchange.Context, await AnswerAsync(inputs, access, exchange.Part("source"), exchange.Context));
            return Answer.Written;
        }) with { Status = 202, ReadsItself = true };

    private static async Task<IngestAnswer> AnswerAsync(IReadOnlyList<HttpTransport> inputs, AccessControl access, string source, HttpContext context)
    {
        var shown = IngestExchange.ShownKey(context.Request);
        var known = inputs.Where(i => i.Knows(shown)).ToArray();
        if (known.Length == 0 && shown is not null && access.Keys.Find(shown, AccessControl.AddressOf(context)) is { } caller)
        {
            if (!caller.MayIngest(source)) return new IngestAnswer(403, "Forbidden", "This API key may not hand over records of this source.");
            known = [.. inputs.Where(i => i.Source is null || i.Source == source)];
            if (known.Length == 0) return new IngestAnswer(404, "No such input", "No input takes records of this source.");
        }

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
