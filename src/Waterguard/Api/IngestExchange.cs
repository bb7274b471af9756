using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Waterguard.Sources.Transports.Http;

namespace Waterguard.Api;

/// <summary>One request of a sender, and its answer.</summary>
internal static class IngestExchange
{
    /// <summary>The key or token that the sender shows; null: none.</summary>
    public static string? ShownKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return authorization[7..].Trim();
        return request.Headers["X-Api-Key"].ToString() is { Length: > 0 } key ? key : null;
    }

    /// <summary>Lets an input receive; a sender that goes away is nobody's fault.</summary>
    public static async Task<IngestAnswer> ReceiveAsync(HttpContext context, Func<string?, string, Task<IngestAnswer>> receive)
    {
        var peer = context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress ?? IPAddress.None;
        try
        {
            return await receive(context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding ? encoding : null, peer.ToString());
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

    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, IngestAnswer answer)
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

        context.Response.ContentLength = stream.Length;
        await context.Response.Body.WriteAsync(stream.ToArray(), CancellationToken.None);
    }
}
