using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Waterguard.Api.Access;
using Waterguard.Service;
using Waterguard.Storage;

namespace Waterguard.Api.Routing;

/// <summary>The way of a request: who asks, may they, is the body what it must be, the route itself, and the answer. Each refusal leaves by the same door.</summary>
internal sealed class Dispatcher(AccessControl access, ServiceLog log)
{
    /// <summary>The largest body that is JSON of ours.</summary>
    public const int MostBytes = 1 << 20;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Who asked, for what comes after.</summary>
    public static readonly object CallerKey = new();

    public async Task RunAsync(ApiRoute route, HttpContext context)
    {
        try
        {
            var caller = route.ReadsItself ? Caller.Nobody(AccessControl.AddressOf(context)) : context.Items[CallerKey] as Caller ?? access.Identify(context);
            AccessControl.Check(route, caller, context.Request);
            var body = route.Takes is { } shape ? await BodyAsync(context.Request, shape, context.RequestAborted) : null;
            var answer = await route.Handle(new Exchange(context, caller, body));
            if (answer != Answer.Written) await WriteAsync(context, answer, route.Changes);
        }
        catch (RefusedException refused)
        {
            await Problem.WriteAsync(context, refused);
        }
        catch (BadHttpRequestException e)
        {
            await Problem.WriteAsync(context, Problem.Of(e.StatusCode));
        }
        catch (StorageUnavailableException e)
        {
            log.Warn("the store could not answer", ("request", context.TraceIdentifier), ("error", e.Message));
            await Problem.WriteAsync(context, new RefusedException(503, "Store unavailable", "The store cannot be used now; nothing was changed.") { RetryAfter = 5 });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (Exception e)
        {
            log.Say("error", "a request failed", ("request", context.TraceIdentifier), ("route", route.Path), ("error", e.ToString()));
            await Problem.WriteAsync(context, Problem.Of(500));
        }
    }

    private static async Task<JsonObject> BodyAsync(HttpRequest request, Shape shape, CancellationToken cancel)
    {
        if (request.ContentType?.Split(';')[0].Trim() is not { } type || !type.Equals("application/json", StringComparison.OrdinalIgnoreCase)) throw new RefusedException(415, "Unsupported media type", "The body is application/json.");
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } and not "identity") throw new RefusedException(415, "Unsupported media type", "The body is not compressed here.");
        if (request.ContentLength > MostBytes) throw TooLarge();
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancel)) > 0;)
        {
            if (bytes.Length + read > MostBytes) throw TooLarge();
            bytes.Write(buffer, 0, read);
        }

        JsonNode? body;
        try
        {
            // Half a surrogate pair is no text that could be kept.
            body = JsonNode.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), null, s_strict);
            if (shape.Flaw(body) is { } flaw) throw RefusedException.Bad(char.ToUpperInvariant(flaw[0]) + flaw[1..] + ".");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw RefusedException.Bad("The body is no sound JSON object.");
        }

        return body!.AsObject();
    }

    private static async Task WriteAsync(HttpContext context, Answer answer, bool changes)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        if (answer.Location is { } location) response.Headers.Location = location;
        response.Headers.CacheControl = changes ? "no-store" : "private, no-cache";
        if (answer.Body is null) return;
        if (answer.EntityTag is { } tag)
        {
            response.Headers.ETag = tag;
            if (!changes && context.Request.Headers.IfNoneMatch.Any(v => v is not null && v.Split(',').Any(t => t.Trim() is "*" || t.Trim().TrimStart('W', '/') == tag)))
            {
                response.StatusCode = 304;
                return;
            }
        }

        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(answer.Body, CancellationToken.None);
    }

    private static RefusedException TooLarge() => new(413, "Body too large", $"More than {MostBytes} bytes.");
}
