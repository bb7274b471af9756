using System.Collections.Concurrent;
using Waterguard.Alerting;
using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Triage;
using Waterguard.Witnesses;

namespace Waterguard.Pipeline;

/// <summary>How to scan.</summary>
/// <param name="Source">Read every record as this source; null: recognise.</param>
/// <param name="Lowest">The lowest level that anybody asks for.</param>
internal sealed record ScanOptions(string? Source, int Jobs, Level Lowest);

/// <summary>What a scan found.</summary>
internal sealed record ScanResult(IReadOnlyList<Alert> Alerts, ScanTally Tally, CorrelationTally Correlations, CensusStage Census)
{
    /// <summary>How many alerts each suppression has covered.</summary>
    public IReadOnlyDictionary<string, long> Receipts { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);
}

/// <summary>The whole way of a scan, top to bottom: inputs → batches → workers (bytes to matches and facts) → census (matches filled in, witnesses compared) → alerts of rules, and of
/// correlations → what is known to be benign → one sorted list.</summary>
internal static class Scan
{
    public static ScanResult Run(Generation generation, IReadOnlyList<ScanInput> inputs, ScanOptions options, RawSpool spool, IProgress<long> progress, CancellationToken cancel)
    {
        var told = options.Source is null ? null : generation.Sources.Find(options.Source)!.Forms.ToArray();
        var census = new CensusStage(generation, options.Lowest);
        var matches = options.Jobs <= 1
            ? Alone(generation, inputs, told, found => new MatchDescriber(generation, options.Lowest, spool, found, census.Tell), progress, cancel, out var tally)
            : Together(generation, inputs, told, options.Jobs, found => new MatchDescriber(generation, options.Lowest, spool, found, census.Tell), progress, cancel, out tally);
        census.Hear(tally.Heard);
        matches.AddRange(census.Compare(DateTimeOffset.MaxValue, spool));
        matches = [.. matches.Select(census.Resolve).OfType<Match>()];
        var factory = new AlertFactory(generation.StrategyOf);
        var alerts = new AlertSet();
        foreach (var match in matches)
        {
            if (generation.UseOf(match.Rule).Alerts && match.Rule.Header.Level >= options.Lowest) alerts.Add(factory.FromMatch(match));
        }

        var correlations = Correlating.Run(generation, matches, tally, factory, alerts);
        census.Census.CountCapped();
        var judge = new SuppressionJudge(generation);
        return new ScanResult(Lifting.Lift([.. alerts.Sorted().Select(judge.Judge)]), tally, correlations, census) { Receipts = judge.Receipts };
    }

    // One worker: everything on this thread, nothing between the bytes and the rules.
    private static List<Match> Alone(
        Generation generation, IReadOnlyList<ScanInput> inputs, EventShape[]? told, Func<Action<Match>, MatchDescriber> describe,
        IProgress<long> progress, CancellationToken cancel, out ScanTally tally)
    {
        var matches = new List<Match>();
        tally = new ScanTally();
        var matched = new MatchedRecords();
        var worker = new ScanWorker(generation, told, tally, matched);
        var describer = describe(matches.Add);
        var batch = new RecordBatch();
        foreach (var input in inputs)
        {
            using var reader = new RecordReader(input.Open(), input.Name);
            while (reader.Read(batch) || batch.Problems.Count > 0)
            {
                cancel.ThrowIfCancellationRequested();
                worker.Process(batch);
                describer.Describe(matched);
                progress.Report(batch.Bytes);
                if (batch.Count == 0) break;
            }
        }

        return matches;
    }

    // One thread reads, the others match. Batches go round: as many as can be under way at once, and no more memory than that.
    private static List<Match> Together(
        Generation generation, IReadOnlyList<ScanInput> inputs, EventShape[]? told, int jobs, Func<Action<Match>, MatchDescriber> describe,
        IProgress<long> progress, CancellationToken cancel, out ScanTally tally)
    {
        using var filled = new BlockingCollection<RecordBatch>();
        using var empty = new BlockingCollection<RecordBatch>();
        for (var i = 0; i < jobs * 2; i++) empty.Add(new RecordBatch(), cancel);
        var tallies = new ScanTally[jobs];
        var found = new List<Match>[jobs];
        var workers = Enumerable.Range(0, jobs).Select(number => Task.Factory.StartNew(
            () =>
            {
                found[number] = [];
                tallies[number] = new ScanTally();
                var matched = new MatchedRecords();
                var worker = new ScanWorker(generation, told, tallies[number], matched);
                var describer = describe(found[number].Add);
                foreach (var batch in filled.GetConsumingEnumerable(cancel))
                {
                    worker.Process(batch);
                    describer.Describe(matched);
                    progress.Report(batch.Bytes);
                    empty.Add(batch, cancel);
                }
            }, cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            foreach (var input in inputs)
            {
                using var reader = new RecordReader(input.Open(), input.Name);
                var more = true;
                while (more)
                {
                    // A worker that failed gives no batch back: its error ends the reading.
                    RecordBatch? batch;
                    while (!empty.TryTake(out batch, 100, cancel))
                    {
                        if (Array.Exists(workers, w => w.IsFaulted)) break;
                    }

                    if (batch is null) break;
                    more = reader.Read(batch);
                    if (more || batch.Problems.Count > 0) filled.Add(batch, cancel);
                    else empty.Add(batch, cancel);
                }
            }
        }
        finally
        {
            filled.CompleteAdding();
            Task.WaitAll(workers, cancel);
        }

        tally = new ScanTally();
        foreach (var one in tallies) tally.Add(one);
        return [.. found.SelectMany(f => f)];
    }
}
