using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Canaries;

/// <summary>A marker that nobody can know beforehand, as a name that all platforms take: small letters, digits, dashes.</summary>
internal static class CanaryMark
{
    /// <summary>What all markers begin with; the rules that find them ask for it.</summary>
    public const string Prefix = "waterguard-canary-";

    /// <summary>Letters behind the prefix.</summary>
    public const int Length = 26;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly SearchValues<char> s_letters = SearchValues.Create(Alphabet);

    /// <summary>A new one, of 130 random bits.</summary>
    public static string Make() => Prefix + RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The markers in a record, in small letters: some platforms write names in capitals.</summary>
    public static IEnumerable<string> Find(ReadOnlyMemory<byte> record)
    {
        // Only what is Latin matters: every byte becomes one character.
        var text = Encoding.Latin1.GetString(record.Span);
        for (var at = 0; (at = text.IndexOf(Prefix, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += Prefix.Length)
        {
            if (at + Prefix.Length + Length > text.Length) yield break;
            var mark = text.Substring(at, Prefix.Length + Length).ToLowerInvariant();
            if (mark.AsSpan(Prefix.Length).IndexOfAnyExcept(s_letters) < 0) yield return mark;
        }
    }
}
