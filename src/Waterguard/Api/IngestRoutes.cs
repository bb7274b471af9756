using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Sources.Transports.Http;

namespace Waterguard.Api;

/// <summary>Routes what is posted to the input that it is for, and writes the answer.</summary>
internal static class IngestRoutes
{
    public static void MapIngest(this WebApplication app, IReadOnlyList<HttpTransport> inputs) =>
        app.MapPost("/api/v1/ingest/{source}", async (string source, HttpContext context) => await WriteAsync(context, await AnswerAsync(inputs, source, context)));

    private static async Task<IngestAnswer> AnswerAsync(IReadOnlyList<HttpTransport> inputs, string source, HttpContext context)
    {
        var shown = ShownKey(context.Request);
        var known = inputs.Where(i => i.Knows(shown)).ToArray();
        if (known.Length == 0) return new IngestAnswer(401, "Unauthorised", "No input knows this API key.");
        if (known.FirstOrDefault(i => i.Source == source) is not { } input && (input = known.FirstOrDefault(i => i.Source is null)) is null)
        {
            return new IngestAnswer(404, "No such input", $"This API key is for {string.Join(", ", known.Select(k => k.Source))}.");
        }

        if (context.Request.ContentLength > input.MaxBody) return new IngestAnswer(413, "Body too large", $"More than {input.MaxBody} bytes.");
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        var peer = context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress ?? IPAddress.None;
        try
        {
            return await input.ReceiveAsync(
                new IngestRequest(context.Request.Body, context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding ? encoding : null, type,
                    context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null, peer.ToString()),
                context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            return new IngestAnswer(e.StatusCode, "Bad request", e.Message);
        }
        catch (OperationCanceledException)
        {
            return new IngestAnswer(499, "Gone", "The sender did not wait.");
        }
        catch (IOException)
        {
            return new IngestAnswer(499, "Gone", "The sender went away.");
        }
    }

    private static string? ShownKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return authorization[7..].Trim();
        return request.Headers["X-Api-Key"].ToString() is { Length: > 0 } key ? key : null;
    }

    private static async Task WriteAsync(HttpContext context, IngestAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter > 0) context.Response.Headers.RetryAfter = answer.RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (answer.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        var problem = answer.Status != 202;
        context.Response.ContentType = problem ? "application/problem+json" : "application/json";
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            if (problem)
            {
                writer.WriteString("type", "about:blank");
                writer.WriteString("title", answer.Title);
                writer.WriteNumber("status", answer.Status);
                writer.WriteString("detail", answer.Detail);
            }
            else
            {
                writer.WriteNumber("records", answer.Records);
                writer.WriteBoolean("repeat", answer.IsRepeat);
                if (answer.Detail.Length > 0) writer.WriteString("detail", answer.Detail);
            }

            writer.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(stream.ToArray(), CancellationToken.None);
    }
}
