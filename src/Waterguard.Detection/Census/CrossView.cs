using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>Compares what the witnesses say of each container, once the one that could be missing has had its time: what is told later does not count, so that it does not matter when one
/// asks. Says nothing where that witness was not well: what nobody could have told is not missing. Not thread-safe.</summary>
public sealed class CrossView
{
    /// <summary>How long a witness may take to tell of something.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private readonly ContainerCensus _census;
    private readonly CensusLookup _lookup;
    private readonly Questions _questions;

    /// <summary>Compares within a census.</summary>
    public CrossView(ContainerCensus census)
    {
        _census = census;
        _lookup = new CensusLookup(census);
        _questions = new Questions(census);
    }

    /// <summary>All disagreements that are certain by a time and were not told before, in the order of time.</summary>
    /// <param name="until">Everything up to here has been told; <see cref="DateTimeOffset.MaxValue"/>: everything there is.</param>
    public ImmutableArray<Disagreement> Decide(DateTimeOffset until)
    {
        var (found, waiting) = (new List<Disagreement>(), new List<ContainerRecord>());
        foreach (var record in _census.Touched.OrderBy(r => r.Id, StringComparer.Ordinal).ThenBy(r => r.Host, StringComparer.Ordinal))
        {
            if (!Decide(record, until.UtcTicks, found)) waiting.Add(record);
        }

        _census.Touched.Clear();
        _census.Touched.UnionWith(waiting);
        foreach (var engine in _census.Engines.Where(e => !e.Decided)) Decide(engine, until.UtcTicks, found);
        _census.Counts.Waiting = waiting.Count;
        _census.Counts.Disagreements += found.Count;
        return [.. found.OrderBy(d => d.Time).ThenBy(d => d.Kind, StringComparer.Ordinal).ThenBy(d => d.Subject.Host, StringComparer.Ordinal).ThenBy(d => d.Subject.Container, StringComparer.Ordinal).ThenBy(d => d.Began)];
    }

    // False when something about it cannot be decided yet.
    private bool Decide(ContainerRecord record, long until, List<Disagreement> found)
    {
        // What was told of a time that has not come to an end may begin another stay.
        var whole = record.LastTold < until;
        if (record.Host.Length > 0 && record.Of(w => w.View == View.Runtime).Any())
        {
            foreach (var life in record.Lives(w => w.View == View.Runtime, until)) whole &= Ask(record, DisagreementKinds.Unclaimed, life.From, until, found, _questions.Unclaimed);
        }

        if (record.Told.All(Part.LabelUid).Length + record.Told.All(Part.LabelPod).Length > 0)
        {
            foreach (var life in record.Lives(w => w.View is View.Engine or View.Runtime, until)) whole &= Ask(record, DisagreementKinds.Pretended, life.From, until, found, _questions.Pretended);
        }

        if (record.Host.Length > 0 && record.Told.All(Part.Running).Length > 0)
        {
            foreach (var life in record.Lives(w => w.View == View.Orchestrator, until)) whole &= Ask(record, DisagreementKinds.Absent, life.From, until, found, _questions.Absent);
        }

        return whole;
    }

    private bool Ask(ContainerRecord record, string kind, long from, long until, List<Disagreement> found, Func<ContainerRecord, long, long, Answer> question)
    {
        // What began before anything was told has no beginning that could be asked about.
        if (from == long.MinValue || record.Decided.Contains((kind, from))) return true;
        var due = from + Grace.Ticks;
        if (due >= until) return false;
        var answer = question(record, from, due);
        if (answer.Certain >= until) return false;
        record.Decided.Add((kind, from));
        if (answer.Health != Health.Well)
        {
            _census.Counts.Undecided++;
        }
        else if (!answer.Missing.IsEmpty)
        {
            var records = _census.Records(record.Id).FindAll(r => Hosts.Fit(r.Host, record.Host));
            found.Add(new Disagreement(kind, At(answer.Certain), At(from), _lookup.Subject(records, due, due), answer.Missing, answer.Claim));
        }

        return true;
    }

    private void Decide(EngineRecord engine, long until, List<Disagreement> found)
    {
        var first = engine.Voices.Values.Min(v => v.First);
        if (first >= until) return;
        engine.Decided = true;
        var subject = new KnownSubject(engine.Told.At(Part.Cluster, first, first), engine.Host, "", "", "", "", "", "", "", "", engine.Told.At(Part.Command, first, first), "", false, [],
            [.. engine.Names(_ => true).Order(StringComparer.Ordinal)]);
        found.Add(new Disagreement(DisagreementKinds.Engine, At(first), At(first), subject, [], engine.Socket));
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
