using System.Globalization;
using System.Net.Http.Headers;

namespace Waterguard.Platforms.Outbound;

/// <summary>An answer with a status that means success.</summary>
public sealed record ApiAnswer(int Status, byte[] Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    /// <summary>A header's first value; null: it is not there.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? values.FirstOrDefault() : null;
}

/// <summary>An API said no.</summary>
/// <param name="status">Its status.</param>
/// <param name="error">Its words.</param>
/// <param name="retryAfter">How long it asks to wait; null: it does not say.</param>
public sealed class ApiRefusedException(int status, VendorError error, TimeSpan? retryAfter) : Exception($"{status} {error.Code} {error.Message}".Trim())
{
    /// <summary>The status.</summary>
    public int Status => status;

    /// <summary>The vendor's words.</summary>
    public VendorError Error => error;

    /// <summary>How long to wait; null: it does not say.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Whether it only was too much at once. Office 365 says so with 403 and a code of its own.</summary>
    public bool IsThrottled => status == 429 || error.Code is "AF429" or "RESOURCE_EXHAUSTED" or "ServerBusy" || (status == 403 && error.Message.Contains("rateLimitExceeded", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether trying again may help.</summary>
    public bool IsPassing => IsThrottled || status is 408 or >= 500;
}

/// <summary>Asks one API: only its hosts, with its token, bodies of bounded size. Thread-safe.</summary>
public sealed class ApiClient : IDisposable
{
    private const int MostOfError = 64 * 1024;
    private readonly HttpClient _client;
    private readonly IAccessTokens? _tokens;
    private readonly TimeProvider _time;

    /// <param name="hosts">Nothing else is asked, and nobody else sees the token.</param>
    /// <param name="tokens">Null: requests carry what they need themselves.</param>
    /// <param name="time">The clock, for waits that are told as a date.</param>
    /// <param name="inner">What sends; null: the network.</param>
    public ApiClient(AllowedHosts hosts, IAccessTokens? tokens, TimeProvider time, HttpMessageHandler? inner = null)
    {
        (_tokens, _time) = (tokens, time);
        _client = new HttpClient(new AllowedHostsHandler(hosts, inner ?? AllowedHostsHandler.Direct()), disposeHandler: inner is null) { Timeout = TimeSpan.FromMinutes(11) };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("waterguard", "0.1"));
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
    }

    /// <summary>Sends, and reads the whole answer. A refused token is renewed once.</summary>
    /// <param name="request">Makes the request; called again for a second attempt.</param>
    /// <param name="mostBytes">The largest answer.</param>
    /// <exception cref="ApiRefusedException">The status means no success.</exception>
    /// <exception cref="HttpRequestException">Nobody answered, or the address is not allowed.</exception>
    /// <exception cref="IOException">The connection broke in the middle, or the answer is too large.</exception>
    /// <exception cref="CredentialException">No token.</exception>
    public async Task<ApiAnswer> SendAsync(Func<HttpRequestMessage> request, long mostBytes, CancellationToken cancel)
    {
        for (var again = false; ; again = true)
        {
            using var message = request();
            if (_tokens is not null) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _tokens.TokenAsync(again, cancel));
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            var status = (int)response.StatusCode;
            if (status is >= 200 and < 300 or 304) return new ApiAnswer(status, await ReadAsync(response, mostBytes, cut: false, cancel), response.Headers, response.Content.Headers);
            var error = VendorError.Parse(await ReadAsync(response, MostOfError, cut: true, cancel));
            if (status == 401 && _tokens is not null && !again) continue;
            throw new ApiRefusedException(status, error, RetryAfter(response));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is { } asked) return asked.Delta ?? (asked.Date is { } date ? date - _time.GetUtcNow() : null);
        // Azure's resource manager and monitor have one of their own.
        return response.Headers.TryGetValues("x-ms-ratelimit-microsoft.consumption-retry-after", out var values) && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, long most, bool cut, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            if (body.Length + read > most)
            {
                if (cut) break;
                throw new AnswerTooLargeException($"an answer is larger than {most} bytes");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}

/// <summary>An answer that is larger than it may be: asking again would bring it again.</summary>
public sealed class AnswerTooLargeException(string message) : IOException(message)
{
}
