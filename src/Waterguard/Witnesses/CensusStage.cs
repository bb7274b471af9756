using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Detection.Census;
using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Witnesses;

/// <summary>The step between matching and correlating: facts go into the census, matches are filled in from it and decided, and what its witnesses disagree on becomes matches like any
/// others. Facts may be told from several threads; everything else from one.</summary>
/// <param name="known">A census to go on with; null: a new one.</param>
internal sealed class CensusStage(Generation generation, Level lowest, ContainerCensus? known = null)
{
    /// <summary>What evidence that the census itself wrote has for a file.</summary>
    public const string File = "(census)";

    private readonly Lock _lock = new();
    private readonly ContainerCensus _census = known ?? new();
    private readonly CensusDecider _decider = new(generation);
    private CrossView? _view;
    private Resolver? _resolver;
    private ScanWorker? _worker;
    private readonly ScanTally _tally = new();
    private readonly MatchedRecords _matched = new();

    /// <summary>The census.</summary>
    public ContainerCensus Census => _census;

    /// <summary>All disagreements so far.</summary>
    public List<Disagreement> Disagreements { get; } = [];

    private Resolver Filler => _resolver ??= new Resolver(_census, generation.Lists.Find(CensusFields.RegisterList));

    /// <summary>Takes a fact in; null: of a record without a time.</summary>
    public void Tell(Fact? fact)
    {
        lock (_lock)
        {
            if (fact is null) _census.AddWithoutTime();
            else _census.Add(fact);
        }
    }

    /// <summary>What the workers heard.</summary>
    public void Hear(Hearing heard)
    {
        lock (_lock) _census.Hearing.Add(heard);
    }

    /// <summary>The match, filled in; null when the census decides against it.</summary>
    public Match? Resolve(Match match)
    {
        var use = generation.UseOf(match.Rule);
        if (use.Decided && !_decider.Holds(match, Filler.Values(match)))
        {
            _census.CountDismissed();
            return null;
        }

        return Filler.Resolve(match, use.Filled);
    }

    /// <summary>The match, filled in with what is known; nothing is decided.</summary>
    public Match FillIn(Match match) => Filler.Resolve(match, generation.UseOf(match.Rule).Filled);

    /// <summary>The matches of what has become certain between the witnesses by a time.</summary>
    public IReadOnlyList<Match> Compare(DateTimeOffset until, RawSpool spool)
    {
        _view ??= new CrossView(_census);
        var found = _view.Decide(until);
        Disagreements.AddRange(found);
        if (found.IsEmpty || generation.Sources.Find(DisagreementRecord.Source) is not { } source) return [];
        using var reader = new RecordReader(new MemoryStream(Lines(found)), File);
        var (batch, matches) = (new RecordBatch(), new List<Match>());
        _worker ??= new ScanWorker(generation, [.. source.Forms], _tally, _matched);
        var describer = new MatchDescriber(generation, lowest, spool, matches.Add);
        while (reader.Read(batch))
        {
            _worker.Process(batch);
            describer.Describe(_matched);
        }

        return matches;
    }

    private static byte[] Lines(ImmutableArray<Disagreement> found)
    {
        using var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options);
        foreach (var one in found)
        {
            DisagreementRecord.Write(one, writer);
            writer.Flush();
            writer.Reset();
            stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }
}
