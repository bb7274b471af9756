using System.Collections.Immutable;

namespace Waterguard.Detection.Matching;

/// <summary>Gives equal texts one object: names of users, namespaces and images come again and again in what is kept of matches. Bounded: a full table starts
/// anew. One a worker; not thread-safe.</summary>
public sealed class TextTable
{
    private const int MaxTexts = 65_536;
    private const int MaxLength = 256;
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> _single = new(StringComparer.Ordinal);

    /// <summary>The text.</summary>
    public string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength) return text.ToString();
        var known = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(text, out var found)) return found;
        if (_texts.Count >= MaxTexts)
        {
            _texts.Clear();
            _single.Clear();
        }

        found = text.ToString();
        _texts.Add(found);
        return found;
    }

    /// <summary>A list of one text.</summary>
    public ImmutableArray<string> Single(string text)
    {
        if (_single.TryGetValue(text, out var found)) return found;
        return _texts.Contains(text) ? _single[text] = [text] : [text];
    }
}
