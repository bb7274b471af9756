using System.Security.Cryptography;
using System.Text;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Http;

/// <summary>The API key of an input: itself, or its hash as <c>sha256:HEX</c>. Read when it is first needed.</summary>
internal sealed class IngestKey(Secret? secret)
{
    private byte[]? _hash;

    /// <summary>Whether the key that a sender shows is this one. Takes the same time for any wrong key.</summary>
    public bool Knows(string? shown)
    {
        var hash = _hash ??= HashOf(secret?.Read(out _));
        return hash is not null && CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? "")));
    }

    /// <summary>What is wrong with it; null: nothing.</summary>
    public string? Problem()
    {
        string? problem = null;
        _ = secret?.Read(out problem);
        return problem;
    }

    private static byte[]? HashOf(string? text)
    {
        if (text is null) return null;
        if (!text.StartsWith("sha256:", StringComparison.Ordinal)) return SHA256.HashData(Encoding.UTF8.GetBytes(text));
        try
        {
            return Convert.FromHexString(text.AsSpan(7));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
