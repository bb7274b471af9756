using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Sigma.Parsing;

/// <summary>Ids and hashes that are the same in every run and on every machine.</summary>
internal static class Fingerprint
{
    /// <summary>Sixteen hex characters of the SHA-256 of a text.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>A UUID (version 8: made by our own rule) from a title.</summary>
    public static string UuidOf(string title)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(title)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
