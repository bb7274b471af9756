using System.Text;
using System.Text.Encodings.Web;

namespace Waterguard.Investigation;

/// <summary>A name that an investigation asks for, and whether a record of the archive has it. Immutable.</summary>
internal sealed class SubjectName
{
    private const int ShortId = 12;
    private readonly byte[] _whole;
    private readonly byte[][] _parts;
    private readonly bool _isBeginning;

    /// <param name="kind">Of the entity, as alerts call it.</param>
    public SubjectName(string kind, string name)
    {
        (Kind, Name) = (kind, name);
        // Records name a container by all of its id, or by its beginning.
        _isBeginning = kind == "container" && IsId(name);
        _whole = Written(_isBeginning ? name[..ShortId] : name);
        // namespace/name: records have the two apart.
        var parts = kind is "pod" or "workload" ? name.Split('/') : [];
        _parts = parts.Length > 1 && parts.All(p => p.Length > 0) ? [Written(parts[0]), Written(parts[^1])] : [];
    }

    public string Kind { get; }

    public string Name { get; }

    /// <summary>What other stores are asked for: of a namespace and a name the name, which they have apart.</summary>
    public string Asked => _parts.Length > 0 ? Name[(Name.LastIndexOf('/') + 1)..] : Name;

    /// <summary>Whether a name is the id of a container, or a long enough beginning of one.</summary>
    public static bool IsId(string name) => name.Length is >= ShortId and <= 64 && name.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a line of the archive has the name, as a word of its own.</summary>
    public bool IsIn(ReadOnlySpan<byte> line) => Has(line, _whole, _isBeginning) || (_parts.Length > 0 && Has(line, _parts[1], false) && Has(line, _parts[0], false));

    // As the archive writes texts.
    private static byte[] Written(string name) => Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name));

    private static bool Has(ReadOnlySpan<byte> line, byte[] word, bool mayGoOn)
    {
        for (var from = 0; line[from..].IndexOf(word) is >= 0 and var at; from += at + 1)
        {
            var (start, end) = (from + at, from + at + word.Length);
            if (IsEdge(line, start - 1) && (mayGoOn || end >= line.Length || !IsOfWord(line[end]))) return true;
        }

        return false;
    }

    // What stands before may be the end of an escape: \n is no letter.
    private static bool IsEdge(ReadOnlySpan<byte> line, int before) => before < 0 || !IsOfWord(line[before]) || (before > 0 && line[before - 1] == (byte)'\\');

    private static bool IsOfWord(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'-' or (byte)'_';
}
