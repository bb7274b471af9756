using System.Net.Http.Headers;
using System.Text;
using Waterguard.Notify.Outbound;
using Waterguard.Sources.Configuration;

namespace Waterguard.Notify.Channels;

/// <summary>Posts JSON to one address. Where the address itself is a secret it is read each time, and never told.</summary>
internal sealed class Posting(OutboundGuard guard, Func<string> address, string? authority, TimeProvider time) : IDisposable
{
    private const int MostOfError = 200;
    private readonly HttpClient _client = guard.Client(authority);

    /// <summary>A secret, or the reason why it cannot be had.</summary>
    /// <exception cref="DeliveryException">It cannot be read.</exception>
    public static string Read(Secret secret) => secret.Read(out var problem) ?? throw DeliveryException.Passing(problem!);

    /// <exception cref="DeliveryException">It was not taken.</exception>
    public async Task SendAsync(byte[] json, Action<HttpRequestHeaders> also, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address(), UriKind.Absolute, out var to) || to.Scheme is not ("http" or "https") || to.UserInfo.Length > 0) throw DeliveryException.Lasting("the address is no https address");
        if (to.Scheme == "http" && !guard.IsListed(to.DnsSafeHost)) throw DeliveryException.Lasting($"{to.DnsSafeHost} would be told in clear text; that is done only for hosts that outbound: allow has");
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("waterguard", "0.1"));
        also(request.Headers);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            var status = (int)response.StatusCode;
            if (status is >= 200 and < 300) return;
            if (status is >= 300 and < 400) throw DeliveryException.Lasting($"it answered {status}: redirects are not followed");
            var said = Message.Line(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancel)), MostOfError);
            throw new DeliveryException($"it answered {status}{(said.Length > 0 ? ": " + said : "")}", isPassing: status is 408 or 425 or 429 or >= 500, After(response));
        }
        catch (HttpRequestException e)
        {
            if (Inner<DeliveryException>(e) is { } known) throw new DeliveryException(known.Message, known.IsPassing, known.RetryAfter);
            var isForged = Inner<System.Security.Authentication.AuthenticationException>(e) is not null;
            throw new DeliveryException(isForged ? $"TLS with {to.DnsSafeHost} failed: its certificate is not trusted" : $"{to.DnsSafeHost} could not be reached: {e.HttpRequestError}", !isForged, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw DeliveryException.Passing($"{to.DnsSafeHost} did not answer in time");
        }
    }

    public void Dispose() => _client.Dispose();

    private static T? Inner<T>(Exception e)
        where T : Exception
    {
        for (var at = e.InnerException; at is not null; at = at.InnerException)
        {
            if (at is T found) return found;
        }

        return null;
    }

    private TimeSpan? After(HttpResponseMessage response) => response.Headers.RetryAfter is not { } asked ? null : asked.Delta ?? (asked.Date is { } date ? date - time.GetUtcNow() : null);
}
