using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Api.Access;

/// <summary>Secrets that we give out, and what is kept of them: never the secret itself.</summary>
internal static class Tokens
{
    /// <summary>256 random bits, as text.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A name that nobody else has: short, and no secret.</summary>
    public static string MakeId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>What is kept of a token. They have more entropy than any table: a fast hash will do.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>A token that only whoever holds another can know.</summary>
    public static string Derive(string token, string purpose) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(purpose)));

    /// <summary>Compares in the same time wherever they differ.</summary>
    public static bool Same(string? one, string? other) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(other ?? ""))) && one is not null && other is not null;
}
