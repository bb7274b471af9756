using System.Collections.Immutable;
using System.IO.Enumeration;
using Waterguard.Events.Fields;

namespace Waterguard.Coverage;

/// <summary>How often an expectation was met, whole and by the values of a field. Bounded: values beyond the first thousand count together.</summary>
internal sealed class ExpectationCount(Expectation expectation, Probe[] fields, (Probe Probe, ImmutableArray<string> AnyOf)[] among, Probe? per)
{
    private const int MostKeys = 1000;
    private const string Others = "(others)";
    private readonly SortedDictionary<string, (long Present, long Eligible)> _keys = new(StringComparer.Ordinal);

    public Expectation Expectation => expectation;

    public long Eligible { get; private set; }

    public long Present { get; private set; }

    public IReadOnlyDictionary<string, (long Present, long Eligible)> Keys => _keys;

    public void Add(EventBuffer record)
    {
        foreach (var (probe, anyOf) in among)
        {
            if (!Fits(probe.Texts(record), anyOf)) return;
        }

        var present = Array.Exists(fields, f => f.Has(record));
        Eligible++;
        if (present) Present++;
        if (per is not { } key) return;
        foreach (var value in key.Texts(record).Distinct(StringComparer.Ordinal))
        {
            var name = _keys.ContainsKey(value) || _keys.Count < MostKeys ? value : Others;
            var (had, of) = _keys.GetValueOrDefault(name);
            _keys[name] = (had + (present ? 1 : 0), of + 1);
        }
    }

    private static bool Fits(IEnumerable<string> values, ImmutableArray<string> anyOf)
    {
        foreach (var value in values)
        {
            foreach (var pattern in anyOf)
            {
                if (FileSystemName.MatchesSimpleExpression(pattern, value, ignoreCase: true)) return true;
            }
        }

        return false;
    }
}
