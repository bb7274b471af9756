using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Google;

/// <summary>The public keys with which tokens are signed, fetched when they are needed and kept for an hour. Thread-safe.</summary>
internal sealed class SigningKeys(Uri address, TimeProvider time, HttpMessageHandler? inner) : IDisposable
{
    private const long MostBytes = 1 << 20;
    private const int MostKeys = 64;
    private const int LeastBits = 2048;
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    // Google changes keys weekly and announces new ones a day before: old ones may serve while it cannot be asked.
    private static readonly TimeSpan Usable = TimeSpan.FromDays(1);

    // Whoever invents key names shall not make us ask again and again.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ApiClient _client = new(AllowedHosts.Of(address), null, time, inner);
    private readonly SemaphoreSlim _asking = new(1);
    private ImmutableDictionary<string, RSAParameters> _keys = ImmutableDictionary<string, RSAParameters>.Empty;
    private DateTimeOffset _fetched = DateTimeOffset.MinValue;
    private DateTimeOffset _asked = DateTimeOffset.MinValue;

    /// <summary>Why the keys could not be fetched the last time; null: they could.</summary>
    public string? Problem { get; private set; }

    /// <summary>A key by its name; null: there is none.</summary>
    public async Task<RSAParameters?> FindAsync(string name, CancellationToken cancel)
    {
        await _asking.WaitAsync(cancel);
        try
        {
            var now = time.GetUtcNow();
            if ((now - _fetched > Fresh || !_keys.ContainsKey(name)) && now - _asked >= Pause) await FetchAsync(now, cancel);
            return now - _fetched <= Usable && _keys.TryGetValue(name, out var key) ? key : null;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Fetches them now; how many there are.</summary>
    public async Task<int> CountAsync(CancellationToken cancel)
    {
        await _asking.WaitAsync(cancel);
        try
        {
            await FetchAsync(time.GetUtcNow(), cancel);
            return Problem is null ? _keys.Count : 0;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _asking.Dispose();
    }

    private async Task FetchAsync(DateTimeOffset now, CancellationToken cancel)
    {
        _asked = now;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            var answer = await _client.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), MostBytes, patience.Token);
            var keys = Parse(answer.Body);
            if (keys.IsEmpty) throw new InvalidDataException("there is no RSA key in the answer");
            (_keys, _fetched, Problem) = (keys, now, null);
        }
        catch (Exception e) when (e is ApiRefusedException or HttpRequestException or IOException or JsonException or InvalidDataException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            Problem = e is OperationCanceledException ? "no answer within 10 seconds" : e.Message;
        }
    }

    private static ImmutableDictionary<string, RSAParameters> Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var keys = ImmutableDictionary.CreateBuilder<string, RSAParameters>(StringComparer.Ordinal);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array) return keys.ToImmutable();
        foreach (var key in list.EnumerateArray().Take(MostKeys))
        {
            if (key.ValueKind != JsonValueKind.Object || Text(key, "kty") != "RSA" || Text(key, "use") is not (null or "sig") || Text(key, "alg") is not (null or "RS256")) continue;
            if (Text(key, "kid") is { Length: > 0 } name && Number(key, "n") is { } modulus && Number(key, "e") is { } exponent && modulus.Length * 8 >= LeastBits) keys[name] = new RSAParameters { Modulus = modulus, Exponent = exponent };
        }

        return keys.ToImmutable();
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Number(JsonElement of, string name)
    {
        try
        {
            return Text(of, name) is { Length: > 0 } text ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
