using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Waterguard.Platforms.Google;

/// <summary>Whose tokens are good.</summary>
/// <param name="Audience">What they are for.</param>
/// <param name="Email">The service account that shows them.</param>
/// <param name="Certificates">Where Google tells its public keys (a JSON web key set).</param>
public sealed record IdentityTerms(string Audience, string Email, Uri Certificates)
{
    /// <summary>Where the public cloud tells its keys.</summary>
    public const string PublicCertificates = "https://www.googleapis.com/oauth2/v3/certs";
}

/// <summary>What became of a token.</summary>
public enum TokenOutcome
{
    /// <summary>It is Google's, for us, of the right account, and valid now.</summary>
    Good,

    /// <summary>It is not.</summary>
    Refused,

    /// <summary>Nobody can tell now: the keys cannot be fetched.</summary>
    Undecided,
}

/// <summary>What became of a token, and why.</summary>
public readonly record struct TokenVerdict(TokenOutcome Outcome, string Reason);

/// <summary>Checks the tokens by which a service account of Google's says that it is calling (OpenID Connect, RS256 only). Thread-safe.</summary>
/// <remarks>Google's own library can do this too, but asks for keys by a client that has no list of allowed hosts, and by a clock of its own.</remarks>
public sealed class IdentityTokens(IdentityTerms terms, TimeProvider time, HttpMessageHandler? inner = null) : IDisposable
{
    private const int Longest = 8192;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private readonly SigningKeys _keys = new(terms.Certificates, time, inner);

    /// <summary>Why keys could not be fetched the last time; null: they could.</summary>
    public string? Problem => _keys.Problem;

    /// <summary>How many keys there are now, fetched anew; 0 with a <see cref="Problem"/>.</summary>
    public Task<int> CountKeysAsync(CancellationToken cancel) => _keys.CountAsync(cancel);

    /// <summary>Checks a token. Never throws for what it holds.</summary>
    public async Task<TokenVerdict> VerifyAsync(string? token, CancellationToken cancel)
    {
        if (token is not { Length: > 0 and <= Longest } || token.Split('.') is not [var head, var body, var signature]) return Refuse("there is no signed token");
        using var header = Parse(head);
        using var claims = Parse(body);
        if (header is null || claims is null || Bytes(signature) is not { } signed) return Refuse("the token is no JSON web token");
        // Whoever may choose the algorithm signs with what everybody knows.
        if (Text(header, "alg") != "RS256" || Text(header, "kid") is not { } name) return Refuse("the token is not signed with RS256 and a named key");
        if (await _keys.FindAsync(name, cancel) is not { } key)
        {
            return _keys.Problem is { } problem ? new TokenVerdict(TokenOutcome.Undecided, $"the keys cannot be fetched from {terms.Certificates}: {problem}") : Refuse("the token is signed with a key that Google does not have");
        }

        if (!IsSigned($"{head}.{body}", signed, key)) return Refuse("the signature is false");
        return Judge(claims, time.GetUtcNow()) is { } flaw ? Refuse(flaw) : new TokenVerdict(TokenOutcome.Good, "");
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private string? Judge(JsonDocument claims, DateTimeOffset now)
    {
        if (Text(claims, "iss") is not ("https://accounts.google.com" or "accounts.google.com")) return "the token was not issued by Google";
        if (Text(claims, "aud") != terms.Audience) return "the token is for another audience";
        if (Seconds(claims, "exp") is not { } until || now.ToUnixTimeSeconds() >= until + Skew.TotalSeconds) return "the token has expired";
        if (Seconds(claims, "iat") is not { } from || now.ToUnixTimeSeconds() < from - Skew.TotalSeconds) return "the token is of the future; is this machine's clock right?";
        if (Text(claims, "email") != terms.Email) return "the token is of another account";
        return claims.RootElement.TryGetProperty("email_verified", out var verified) && verified.ValueKind == JsonValueKind.True ? null : "the token's account is not verified";
    }

    private static TokenVerdict Refuse(string reason) => new(TokenOutcome.Refused, reason);

    private static bool IsSigned(string text, byte[] signature, RSAParameters key)
    {
        try
        {
            using var rsa = RSA.Create(key);
            return rsa.VerifyData(Encoding.ASCII.GetBytes(text), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static JsonDocument? Parse(string part)
    {
        try
        {
            var document = Bytes(part) is { } bytes ? JsonDocument.Parse(bytes) : null;
            if (document is null || document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string? Text(JsonDocument of, string name) => of.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Seconds(JsonDocument of, string name) => of.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
