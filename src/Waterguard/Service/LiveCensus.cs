using Waterguard.Detection.Census;
using Waterguard.Detection.Matching;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Witnesses;

namespace Waterguard.Service;

/// <summary>The census of the service: facts of all inputs, and the matches that wait until it has come to their time. Alerts of rules do not wait: they have what is known at once. Not
/// thread-safe.</summary>
internal sealed class LiveCensus(Generation generation, Level lowest)
{
    private CensusStage _stage = new(generation, lowest);
    private readonly PriorityQueue<Match, (long Ticks, string Record, string Rule)> _held = new();
    private DateTimeOffset _reached = DateTimeOffset.MinValue;

    /// <summary>The census itself.</summary>
    public ContainerCensus Census => _stage.Census;

    /// <summary>What the witnesses disagreed on so far.</summary>
    public IReadOnlyList<Disagreement> Disagreements => _stage.Disagreements;

    /// <summary>The matches that wait, in the order of their times.</summary>
    public IEnumerable<Match> Waiting => _held.UnorderedItems.OrderBy(h => h.Priority).Select(h => h.Element);

    /// <summary>Whether the census must have come to a match's time before it can be judged on.</summary>
    public static bool Awaits(Match match, RuleUse use) => use.Decided || (use.Filled && match.Values.Any(v => v.Value.IsEmpty && CensusFields.Filled.Contains(v.Key)));

    /// <summary>How many matches wait.</summary>
    public int Held => _held.Count;

    /// <summary>Takes in what a record of an input tells; null: it has no time.</summary>
    public void Tell(Fact? fact, string input)
    {
        if (fact is not null && fact.Ticks < _reached.UtcTicks) Census.CountLate();
        _stage.Tell(fact is not null && !fact.Has(Part.Cluster) && !fact.Has(Part.Host) ? fact.With(Part.Input, input) : fact);
    }

    /// <summary>Takes in when sources were heard. Minutes that have not come yet are nobody's word.</summary>
    public void Hear(Hearing heard, DateTimeOffset ingested)
    {
        foreach (var (place, minutes) in heard.All) Census.Hearing.Of(place).AddUpTo(minutes, MinuteSet.Of(ingested.UtcTicks));
    }

    /// <summary>Goes on with other content; what is known stays.</summary>
    public void Become(Generation next) => _stage = new CensusStage(next, lowest, Census);

    /// <summary>Keeps a match until the census has come to its time. Its evidence must outlive the batch.</summary>
    public void Hold(Match match) => _held.Enqueue(match, (match.TimeKnown ? match.Time.UtcTicks : long.MinValue, match.RecordId, match.Rule.Header.Id));

    /// <summary>What was certain by a time has been told before: it is found again, and left at that.</summary>
    public void WasToldUntil(DateTimeOffset watermark)
    {
        _reached = watermark;
        using var spool = new RawSpool();
        _stage.Compare(watermark, spool);
    }

    /// <summary>The match as it is known now.</summary>
    public Match FillIn(Match match) => _stage.FillIn(match);

    /// <summary>The matches that the census has come past, filled in and decided, and those of what its witnesses disagree on.</summary>
    /// <param name="watermark">Nothing before it will come any more.</param>
    public IReadOnlyList<Match> Release(DateTimeOffset watermark)
    {
        _reached = watermark;
        using var spool = new RawSpool();
        foreach (var match in _stage.Compare(watermark, spool)) Hold(match with { Evidence = match.Evidence with { Raw = RawRecord.FromBytes(match.Evidence.Raw!.Read().ToArray()) } });
        var settled = watermark.UtcTicks - Resolver.Settles.Ticks;
        var released = new List<Match>();
        while (_held.TryPeek(out var match, out var at) && at.Ticks < settled)
        {
            _held.Dequeue();
            if (_stage.Resolve(match) is { } resolved) released.Add(resolved);
        }

        return released;
    }
}
