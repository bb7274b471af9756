using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Api.Routing;

/// <summary>Every error, in one form (RFC 9457): what it is, and the request's id, by which the log has more. Never what went wrong inside.</summary>
internal static class Problem
{
    public const string Type = "application/problem+json";

    /// <summary>What an error's body is.</summary>
    public static Shape Shape { get; } = Shape.AtLeast(("type", Shape.Text), ("title", Shape.Text), ("status", Shape.Whole), ("detail?", Shape.LongText), ("request", Shape.Text));

    /// <summary>Writes it, if nothing was written before.</summary>
    public static async Task WriteAsync(HttpContext context, RefusedException refused)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = refused.Status;
        context.Response.ContentType = Type;
        context.Response.Headers.CacheControl = "no-store";
        if (refused.RetryAfter > 0) context.Response.Headers.RetryAfter = refused.RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (refused.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        var body = new JsonObject { ["type"] = "about:blank", ["title"] = refused.Title, ["status"] = refused.Status };
        if (refused.Detail.Length > 0) body["detail"] = refused.Detail;
        body["request"] = context.TraceIdentifier;
        foreach (var (name, value) in refused.More ?? []) body[name] = value?.DeepClone();
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), CancellationToken.None);
    }

    /// <summary>What a bare status means.</summary>
    public static RefusedException Of(int status) => status switch
    {
        400 => new(400, "Bad request"),
        404 => new(404, "Not found", "There is no such route."),
        405 => new(405, "Method not allowed", "The route knows other methods; see Allow."),
        408 => new(408, "Request timeout"),
        413 => new(413, "Body too large"),
        414 => new(414, "Address too long"),
        415 => new(415, "Unsupported media type"),
        429 => new(429, "Too many requests"),
        431 => new(431, "Headers too large"),
        _ => new(status, status >= 500 ? "Internal error" : "Refused", status >= 500 ? "The log has more, under the request's id." : ""),
    };
}
