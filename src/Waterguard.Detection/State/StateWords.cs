using System.Collections.Immutable;

namespace Waterguard.Detection.State;

/// <summary>Words that stored state is full of (names of fields, ids of rules, kinds of entities): written as numbers. Stored beside the state, so that what is read back is read by the
/// words that it was written with. Immutable.</summary>
public sealed class StateWords
{
    private readonly ImmutableArray<string> _words;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <param name="words">In any order.</param>
    public StateWords(IEnumerable<string> words)
        : this([.. words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
    {
    }

    private StateWords(ImmutableArray<string> words)
    {
        _words = words;
        for (var i = 0; i < words.Length; i++) _numbers[words[i]] = i;
    }

    /// <summary>All of them, in the order of their numbers.</summary>
    public ImmutableArray<string> All => _words;

    /// <summary>The words that were stored.</summary>
    public static StateWords InOrder(ImmutableArray<string> words) => new(words);

    /// <summary>Whether a number means the same in both.</summary>
    public bool AreThoseOf(StateWords other) => _words.AsSpan().SequenceEqual(other._words.AsSpan());

    internal bool TryNumber(string word, out int number) => _numbers.TryGetValue(word, out number);

    internal string? At(int number) => (uint)number < (uint)_words.Length ? _words[number] : null;
}
