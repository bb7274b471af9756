using Waterguard.Detection.Census;
using Waterguard.Events.Framing;

namespace Waterguard.Pipeline;

/// <summary>What one worker counted. Every record is in exactly one of events, malformed, unrecognised and envelopes.</summary>
internal sealed class ScanTally
{
    /// <summary>Places that are kept for showing; the counts go on.</summary>
    public const int MaxProblems = 200;

    private readonly SortedDictionary<string, long> _bySource = new(StringComparer.Ordinal);
    private string _source = "";
    private long _ofSource;

    public long Bytes { get; set; }

    public long Events { get; private set; }

    public long MalformedRecords { get; private set; }

    public long UnrecognisedRecords { get; private set; }

    public long Envelopes { get; private set; }

    /// <summary>Events of which a part was nested too deeply to be looked at.</summary>
    public long DepthCapped { get; set; }

    public List<RecordProblem> Problems { get; } = [];

    public IReadOnlyDictionary<string, long> BySource
    {
        get
        {
            Flush();
            return _bySource;
        }
    }

    public void Event(string source)
    {
        Events++;
        if (!ReferenceEquals(source, _source))
        {
            Flush();
            _source = source;
        }

        _ofSource++;
    }

    public void Envelope() => Envelopes++;

    /// <summary>From when until when each source has delivered, as far as anybody looked.</summary>
    public Dictionary<string, (DateTimeOffset From, DateTimeOffset To)> Delivered { get; } = new(StringComparer.Ordinal);

    /// <summary>In which minutes each source was heard that is a witness of the census.</summary>
    public Hearing Heard { get; } = new();

    public void Deliver(string source, DateTimeOffset time) =>
        Delivered[source] = Delivered.TryGetValue(source, out var known) ? (time < known.From ? time : known.From, time > known.To ? time : known.To) : (time, time);

    public void Malformed(RecordProblem problem)
    {
        MalformedRecords++;
        if (Problems.Count < MaxProblems) Problems.Add(problem);
    }

    public void Unrecognised(Place place)
    {
        UnrecognisedRecords++;
        if (Problems.Count < MaxProblems) Problems.Add(new RecordProblem(place.File, place.Line, place.Offset, "no source recognises the record"));
    }

    /// <summary>Adds what another worker counted.</summary>
    public void Add(ScanTally other)
    {
        Bytes += other.Bytes;
        Events += other.Events;
        MalformedRecords += other.MalformedRecords;
        UnrecognisedRecords += other.UnrecognisedRecords;
        Envelopes += other.Envelopes;
        DepthCapped += other.DepthCapped;
        Problems.AddRange(other.Problems);
        foreach (var (source, count) in other.BySource) _bySource[source] = _bySource.GetValueOrDefault(source) + count;
        Heard.Add(other.Heard);
        foreach (var (source, (from, to)) in other.Delivered)
        {
            Deliver(source, from);
            Deliver(source, to);
        }
    }

    private void Flush()
    {
        if (_ofSource > 0) _bySource[_source] = _bySource.GetValueOrDefault(_source) + _ofSource;
        _ofSource = 0;
    }
}
