using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;
using Waterguard.Configuration;
using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Storage;
using Waterguard.Storage.Journals;

namespace Waterguard.Service;

/// <summary>The way of what arrives, top to bottom: journal → worker (bytes to matches, the same as a scan's) → alerts of rules → store and output, with the
/// consumed position. Correlations are not judged here yet.</summary>
internal sealed class LiveJudgement(Generation generation, ServiceConfiguration configuration, Journal journal, IStore store, Action<StoredAlert> tell)
{
    private const int MostRows = 64;
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, LiveInput> _inputs = new(StringComparer.Ordinal);
    private readonly MatchedRecords _matched = new();
    private readonly RecordBatch _batch = new();
    private readonly AlertFactory _factory = new(generation.StrategyOf);

    public ScanTally Tally { get; } = new();

    /// <summary>Batches that could not be read back.</summary>
    public long DamagedBatches { get; private set; }

    /// <summary>Judges what is in the journal, and what comes, until <paramref name="stop"/>; then what is left.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var reader = journal.Read();
        var consumed = store.ConsumedOf(journal.Id);
        while (!abandon.IsCancellationRequested)
        {
            var rows = reader.Next(consumed, MostRows);
            if (rows.Count > 0)
            {
                consumed = Judge(rows);
                if (journal.Bytes > configuration.JournalKeep) await journal.TrimAsync(consumed, CancellationToken.None);
                continue;
            }

            if (stop.IsCancellationRequested) return;
            try
            {
                await journal.WaitBeyondAsync(consumed, stop);
            }
            catch (OperationCanceledException)
            {
                // Once more around: what came last is judged too.
            }
        }
    }

    private long Judge(IReadOnlyList<JournalRow> rows)
    {
        using var spool = new RawSpool();
        var alerts = new AlertSet();
        var describer = new MatchDescriber(generation, configuration.MinLevel, spool, match => Alert(match, alerts));
        var consumed = 0L;
        var bytes = 0L;
        foreach (var row in rows)
        {
            consumed = row.Sequence;
            if (row.Block is null || !TryRead(row)) DamagedBatches++;
            else InputOf(row).WorkerFor(row.Source).Process(_batch);
            describer.Describe(_matched);
            if ((bytes += row.Block?.Length ?? 0) > MostBytes) break;
        }

        store.Commit(journal.Id, consumed, [.. alerts.Sorted().Select(Written)], tell);
        return consumed;
    }

    private void Alert(Match match, AlertSet alerts)
    {
        if (generation.UseOf(match.Rule).Alerts && match.Rule.Header.Level >= configuration.MinLevel) alerts.Add(_factory.FromMatch(match));
    }

    private bool TryRead(JournalRow row)
    {
        try
        {
            RecordBlock.Read(row.Block!, row.Place, row.Sequence, _batch);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private LiveInput InputOf(JournalRow row)
    {
        if (_inputs.TryGetValue(row.Input, out var known)) return known;
        var labels = configuration.Inputs.FirstOrDefault(i => i.Name == row.Input)?.Labels;
        return _inputs[row.Input] = new LiveInput(generation, labels is null ? generation.Sources : generation.Sources.With(labels), Tally, _matched);
    }

    private static StoredAlert Written(Alert alert)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) AlertJson.Write(alert, writer);
        return new StoredAlert(alert.Id, alert.Time, (int)alert.Rule.Level, alert.Rule.Id, stream.ToArray());
    }

    /// <summary>The workers of one input: its labels are part of what they read, and each source that a batch may be told to be has its own.</summary>
    private sealed class LiveInput(Generation generation, Sources.SourceCatalog sources, ScanTally tally, MatchedRecords matched)
    {
        private readonly Dictionary<string, ScanWorker> _workers = new(StringComparer.Ordinal);

        public ScanWorker WorkerFor(string? source)
        {
            if (_workers.TryGetValue(source ?? "", out var known)) return known;
            EventShape[] forms = source is not null && sources.Find(source) is { } told ? [.. told.Forms] : [.. sources.Forms];
            return _workers[source ?? ""] = new ScanWorker(generation, forms, tally, matched);
        }
    }
}
