using Waterguard.Alerting;
using Waterguard.Configuration;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Pipeline;
using Waterguard.Storage;
using Waterguard.Witnesses;

namespace Waterguard.Service;

/// <summary>The correlations of the service: matches of all inputs together, in event time. Time goes on with the slowest input that is not idle; when all are idle, with the clock, so that
/// silence is noticed. Not thread-safe.</summary>
internal sealed partial class LiveCorrelations
{
    private Generation _generation;
    private readonly ServiceConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly EvidenceFiles _evidence;
    private readonly Queue<OfferedRow> _offered = [];
    private readonly List<(CorrelationFinding Finding, CorrelationFinding? Instead)> _takenBack = [];
    private CorrelationSession _session;
    private EarlyFindings _early;
    private readonly Dictionary<string, InputTime> _inputs = new(StringComparer.Ordinal);
    private readonly List<CorrelationFinding> _found = [];
    private DateTimeOffset _watermark = DateTimeOffset.MinValue;
    private OfferedRow? _row;
    private DateTimeOffset _ingested = DateTimeOffset.MinValue;
    private long _read;
    private long _replayed;
    private IReadOnlyList<StoredKey> _stale = [];

    /// <param name="evidence">Where copies of matched records are kept.</param>
    public LiveCorrelations(Generation generation, ServiceConfiguration configuration, EvidenceFiles evidence, TimeProvider time)
    {
        (_generation, _configuration, _evidence, _time) = (generation, configuration, evidence, time);
        (_session, _early) = Open();
        Census = new LiveCensus(generation, configuration.MinLevel);
    }

    /// <summary>Whom the matches are about.</summary>
    public LiveCensus Census { get; }

    /// <summary>What could not be used.</summary>
    public CorrelationCounts Counts => _session.Counts;

    /// <summary>Matches that wait, and keys that have state.</summary>
    public (int Waiting, int Keys) Size => (_session.Waiting + Census.Held, _session.Keys);

    /// <summary>Times that were further ahead of their arrival than they may be.</summary>
    public long ForgedTimes { get; private set; }

    /// <summary>Files with copies of records that went because there were too many bytes.</summary>
    public long EvidenceFilesRemoved => _evidence.FilesRemoved;

    /// <summary>A batch of the journal is judged now.</summary>
    public void Begin(long sequence, DateTimeOffset ingested)
    {
        (_read, _ingested) = (sequence, ingested);
        _row = null;
    }

    /// <summary>Keeps a match that some correlation wants, or that the census decides: its evidence must outlive the batch.</summary>
    public void Offer(Match match)
    {
        var use = _generation.UseOf(match.Rule);
        if (use is { Correlated: false, Decided: false }) return;
        if (_read <= _replayed && match.Time < _watermark) return; // the state that was taken up has it
        if (_row is null) _offered.Enqueue(_row = new OfferedRow(_read));
        if (match.TimeKnown && match.Time > _row.Latest) _row.Latest = match.Time;
        var kept = match with { Evidence = match.Evidence with { Raw = Kept(match.Evidence.Raw) } };
        var known = Census.FillIn(kept);
        if (LiveCensus.Awaits(kept, use)) Census.Hold(kept);
        else _session.Offer(known);
        // What is early is told with what is known now. A time from the future would make all others late.
        if (use is { Correlated: true, Decided: false } && match.Time <= _ingested + _configuration.MaxSkew) _early.Offer(known);
    }

    /// <summary>An input has delivered a batch.</summary>
    /// <param name="delivered">From when until when each source's records of the batch are.</param>
    public void Seen(string input, IReadOnlyDictionary<string, (DateTimeOffset From, DateTimeOffset To)> delivered, DateTimeOffset ingested)
    {
        if (delivered.Count == 0) return;
        if (!_inputs.TryGetValue(input, out var known)) known = _inputs[input] = new InputTime();
        known.LastCame = _time.GetUtcNow();
        foreach (var (source, (from, to)) in delivered)
        {
            Note(known, source, from, ingested);
            Note(known, source, to, ingested);
        }
    }

    // A time from the future carries time nowhere: everything honest would be late. A clock that is a little ahead carries it to now, and no further.
    // Many programs write the year 1 for "never" (an engine does, of a container that was made and not started): that is no time either, and there is nothing before it to reckon with.
    private void Note(InputTime input, string source, DateTimeOffset time, DateTimeOffset ingested)
    {
        if (time < DateTimeOffset.UnixEpoch) return;
        if (time > ingested + _configuration.MaxSkew)
        {
            ForgedTimes++;
            return;
        }

        var reached = time < ingested ? time : ingested;
        input.Tally.Deliver(source, reached);
        if (reached > input.Reached) input.Reached = reached;
    }

    /// <summary>Lets time go on as far as it has, and gives the alerts that come of it: at once when a condition is met; again when its excursion is over; and once more, taken back, when what came
    /// late shows that it does not hold.</summary>
    public IReadOnlyList<Alert> Advance(AlertFactory factory)
    {
        _found.Clear();
        _takenBack.Clear();
        _early.Judge();
        var decided = new List<Alert>();
        if (_inputs.Count > 0)
        {
            var now = _time.GetUtcNow();
            var live = _inputs.Values.Where(i => i.Tally.Delivered.Count > 0 && now - i.LastCame < _configuration.IdleAfter).ToArray();
            var reached = live.Length > 0 ? live.Min(i => i.Reached) - _configuration.Lateness : now - _configuration.IdleAfter - _configuration.Lateness;
            if (reached - _generation.CensusSettles > _watermark)
            {
                decided.AddRange(Released(reached, factory));
                _session.AdvanceTo(_watermark = reached - _generation.CensusSettles, Delivery.Of(Delivered(live.Length > 0 ? null : reached), _generation.Routes));
            }

            _early.SettledTo(_watermark);
        }

        // What opened and ended in one step is told as it ended.
        var alerts = _found.Where(f => f.Alerts).Select(factory.FromFinding).GroupBy(a => a.Id, StringComparer.Ordinal).Select(g => g.Last());
        var takenBack = _takenBack.Where(t => t.Finding.Alerts)
            .Select(t => factory.FromFinding(t.Finding) with { IsRetracted = true, SupersededBy = t.Instead is null ? null : factory.FromFinding(t.Instead).Id });
        return [.. decided, .. alerts, .. takenBack];
    }

    // What the census decides alerts only now; told again after a start it is the same alert.
    private IEnumerable<Alert> Released(DateTimeOffset reached, AlertFactory factory)
    {
        foreach (var match in Census.Release(reached))
        {
            var use = _generation.UseOf(match.Rule);
            var isOfCensus = match.Evidence.File == CensusStage.File;
            if (use.Correlated) _session.Offer(isOfCensus ? match with { Evidence = match.Evidence with { Raw = Kept(match.Evidence.Raw) } } : match);
            if (use.Alerts && (use.Decided || isOfCensus)) yield return factory.FromMatch(match);
        }
    }

    // When nobody delivers, the sources have not come further; only time has.
    private Dictionary<string, (DateTimeOffset From, DateTimeOffset To)> Delivered(DateTimeOffset? clock)
    {
        var all = new ScanTally();
        foreach (var input in _inputs.Values)
        {
            foreach (var (source, (from, to)) in input.Tally.Delivered)
            {
                all.Deliver(source, from);
                all.Deliver(source, to);
            }
        }

        if (clock is { } time) all.Deliver("", time);
        return all.Delivered;
    }

    private (CorrelationSession, EarlyFindings) Open() => (
        _generation.Correlations.Open(
            finding =>
            {
                _early?.Settle(finding);
                _found.Add(finding);
            }, new SessionOptions(1, _evidence, NotesChanges: true)),
        _generation.Correlations.OpenEarly(_found.Add, (finding, instead) => _takenBack.Add((finding, instead)), _evidence));

    private RawRecord? Kept(RawRecord? raw) => raw is null ? null : _evidence.Keep(raw.Read().Span);

    // A batch whose matches wait for the watermark is read again by whoever takes up the state.
    private sealed class OfferedRow(long sequence)
    {
        public long Sequence => sequence;

        public DateTimeOffset Latest { get; set; } = DateTimeOffset.MinValue;
    }

    private sealed class InputTime
    {
        public ScanTally Tally { get; } = new();

        public DateTimeOffset Reached { get; set; } = DateTimeOffset.MinValue;

        public DateTimeOffset LastCame { get; set; }
    }
}
