using System.Collections.Immutable;
using Waterguard.Configuration;
using Waterguard.Detection.Census;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sigma;
using Waterguard.Sources.Transports;
using Waterguard.Storage.Journals;

namespace Waterguard.Commands;

/// <summary>The census of what a service's journal has kept; the service may be running or not.</summary>
internal static class JournalCensus
{
    private const int MostRows = 64;

    /// <summary>The census; null when the configuration is wrong, which has been said.</summary>
    public static (ContainerCensus, IReadOnlyList<Disagreement>, ImmutableArray<Witness>)? Read(string config, ContentOptions options, CancellationToken cancel)
    {
        if (ConfigurationArguments.Load(config, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (configuration, _)) return null;
        using var journal = Journal.OpenForReading(configuration.Data);
        var generation = GenerationLoader.Load(configuration.Content with { BuiltIn = false, Examples = false, Rules = [], Lowest = options.Lowest });
        var (census, matched, batch) = (new LiveCensus(generation, options.Lowest), new MatchedRecords(), new RecordBatch());
        var workers = new Dictionary<(string Input, string? Source), (ScanWorker Worker, ScanTally Tally)>();
        using var spool = new RawSpool();
        var input = "";
        var describer = new MatchDescriber(generation, options.Lowest, spool, _ => { }, fact => census.Tell(fact, input));
        for (var read = 0L; journal.Next(read, MostRows) is { Count: > 0 } rows;)
        {
            foreach (var row in rows)
            {
                cancel.ThrowIfCancellationRequested();
                (read, input) = (row.Sequence, row.Input);
                if (!row.TryRead(batch))
                {
                    Console.Error.WriteLine($"waterguard: batch {row.Sequence} of the journal is damaged, and is left out");
                    continue;
                }

                if (!workers.TryGetValue((row.Input, row.Source), out var known)) known = workers[(row.Input, row.Source)] = WorkerOf(row, configuration, generation, matched);
                known.Worker.Process(batch);
                describer.Describe(matched);
                census.Hear(known.Tally.Heard, row.Ingested);
                known.Tally.Heard.Clear();
            }
        }

        census.Release(DateTimeOffset.MaxValue);
        return (census.Census, census.Disagreements, generation.Readings.Witnesses);
    }

    private static (ScanWorker, ScanTally) WorkerOf(JournalRow row, ServiceConfiguration configuration, Generation generation, MatchedRecords matched)
    {
        var labels = configuration.Inputs.FirstOrDefault(i => i.Name == row.Input)?.Labels;
        var sources = labels is null ? generation.Sources : generation.Sources.With(labels);
        EventShape[] forms = row.Source is { } source && sources.Find(source) is { } told ? [.. told.Forms] : [.. sources.Forms];
        var tally = new ScanTally();
        return (new ScanWorker(generation, forms, tally, matched), tally);
    }
}
