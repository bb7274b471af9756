using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Waterguard.Detection.State;

/// <summary>Words that stored state is full of (names of fields, ids of rules, kinds of entities, files): written as numbers. Stored beside the state, so that what is read back is read by
/// the words that it was written with. Thread-safe.</summary>
internal sealed class StateWords
{
    /// <summary>How many are learnt at most, besides those that were known from the beginning.</summary>
    public const int MostLearnt = 4096;

    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _most;
    private volatile ImmutableList<string> _words;

    /// <param name="words">In the order of their numbers.</param>
    /// <param name="learns">How many more may be learnt.</param>
    public StateWords(IEnumerable<string> words, int learns = MostLearnt)
    {
        _words = [.. words.Distinct(StringComparer.Ordinal)];
        _most = _words.Count + learns;
        foreach (var word in _words) _numbers[word] = _numbers.Count;
    }

    /// <summary>No words, ever: what is written by them can be read by anybody.</summary>
    public static StateWords None { get; } = new([], 0);

    /// <summary>All of them, in the order of their numbers.</summary>
    public ImmutableArray<string> All => [.. _words];

    /// <summary>The number of a word; it is learnt where there is room.</summary>
    public void Learn(string word)
    {
        if (_numbers.ContainsKey(word) || _words.Count >= _most) return;
        lock (_lock)
        {
            if (_words.Count >= _most || _numbers.ContainsKey(word)) return;
            _words = _words.Add(word);
            _numbers[word] = _words.Count - 1;
        }
    }

    /// <summary>Goes on with the numbers of others, so that what was written by those is read by these. Only before anything was written.</summary>
    public void GoOnFrom(StateWords others)
    {
        lock (_lock)
        {
            var own = _words;
            _numbers.Clear();
            _words = [.. others._words.Concat(own).Distinct(StringComparer.Ordinal)];
            foreach (var word in _words) _numbers[word] = _numbers.Count;
            _most = Math.Max(_most, _words.Count);
        }
    }

    public bool TryNumber(string word, out int number) => _numbers.TryGetValue(word, out number);

    public string? At(long number) => number >= 0 && number < _words.Count ? _words[(int)number] : null;
}
