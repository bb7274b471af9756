using Waterguard.Platforms.Outbound;

namespace Waterguard.Sources.Transports.Cloud;

/// <summary>Calls of one API, repeated while repeating may help: throttling, failures of the other side, broken connections. Thread-safe.</summary>
internal sealed class CloudCalls(ApiClient client, TransportProgress progress, TimeProvider time) : IDisposable
{
    // An answer is held whole: pages and contents are small, but who answers may not be who should.
    public const long MostBytes = 64 << 20;

    private const int MostAttempts = 6;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public Task<ApiAnswer> GetAsync(Uri address, CancellationToken cancel) => SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), cancel);

    public Task<ApiAnswer> PostAsync(Uri address, byte[] json, CancellationToken cancel) => SendAsync(
        () =>
        {
            var content = new ByteArrayContent(json);
            content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
            return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        },
        cancel);

    /// <exception cref="ApiRefusedException">It refused, or still does.</exception>
    public async Task<ApiAnswer> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancel, long mostBytes = MostBytes)
    {
        var backoff = Backoff.Of(time);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var answer = await client.SendAsync(request, mostBytes, cancel);
                progress.Succeeded();
                return answer;
            }
            catch (ApiRefusedException e) when (e.IsPassing && attempt < MostAttempts)
            {
                if (e.IsThrottled) progress.Throttled();
                else progress.Failed(e.Message);
                // Office 365 says "too much" without saying how long: its bound is per minute.
                asked = e.RetryAfter is { } wait ? (wait < LongestWait ? wait : LongestWait) : e.IsThrottled ? TimeSpan.FromSeconds(Math.Min(60, 5 * attempt)) : null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException && e is not NotAllowedException and not AnswerTooLargeException && attempt < MostAttempts)
            {
                progress.Failed(e.Message);
            }

            if (!await backoff.WaitAsync(cancel, asked)) throw new OperationCanceledException(cancel);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>What the other side (or nobody) said; not a fault of ours.</summary>
    public static bool IsTheirs(Exception e) => e is ApiRefusedException or HttpRequestException or IOException or CredentialException or System.Text.Json.JsonException or InvalidDataException;
}
