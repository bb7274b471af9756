using Waterguard.Alerting.Grouping;

namespace Waterguard.Investigation;

/// <summary>In which minutes of a time each source told of something, and so when it did not: whether nothing happened or nothing was received, nobody can tell afterwards. One thread.</summary>
internal sealed class Deliveries(DateTimeOffset from, DateTimeOffset to)
{
    /// <summary>A source that told nothing for as long was silent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly SortedDictionary<string, (HashSet<long> Minutes, long Records)> _sources = new(StringComparer.Ordinal);

    /// <summary>Sources, and how many records each has of that time.</summary>
    public IEnumerable<(string Source, long Records)> Sources => _sources.Select(s => (s.Key, s.Value.Records));

    /// <summary>A source that should be there.</summary>
    public void Expect(string source) => _sources.TryAdd(source, ([], 0));

    /// <summary>A record of a source; one of another time is not counted.</summary>
    public void Add(string source, DateTimeOffset time)
    {
        if (time < from || time > to) return;
        Expect(source);
        var (minutes, records) = _sources[source];
        minutes.Add(time.UtcTicks / TimeSpan.TicksPerMinute);
        _sources[source] = (minutes, records + 1);
    }

    /// <summary>The silences, by source and time.</summary>
    public IEnumerable<MissingSource> Gaps()
    {
        foreach (var (source, (minutes, _)) in _sources)
        {
            var heard = from;
            foreach (var minute in minutes.Order())
            {
                var at = new DateTimeOffset(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
                if (at - heard >= Silence) yield return new MissingSource(source, heard, at);
                heard = at.AddMinutes(1);
            }

            if (to - heard >= Silence) yield return new MissingSource(source, heard, to);
        }
    }
}
