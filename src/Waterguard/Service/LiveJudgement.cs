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

/// <summary>The way of what arrives, top to bottom: journal → worker (bytes to matches, the same as a scan's) → alerts of rules, and of correlations → store and output,
/// with the consumed position. Every ten seconds what correlations know is stored too, with the place in the journal from which it goes on: after a start what lies behind that is judged again, without
/// telling anything twice.</summary>
internal sealed class LiveJudgement(Generation generation, ServiceConfiguration configuration, Journal journal, IStore store, EvidenceFiles evidence, Action<StoredAlert> tell, TimeProvider time)
{
    private const int MostRows = 64;
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, LiveInput> _inputs = new(StringComparer.Ordinal);
    private readonly MatchedRecords _matched = new();
    private readonly RecordBatch _batch = new();
    private readonly AlertFactory _factory = new(generation.StrategyOf);
    private readonly TimeSpan _tick = TimeSpan.FromSeconds(10);
    private DateTimeOffset _stored = time.GetUtcNow();
    private long _oldest = -1;
    private long _from;

    /// <summary>What was read, over all inputs.</summary>
    public ScanTally Tally
    {
        get
        {
            var all = new ScanTally();
            lock (_inputs)
            {
                foreach (var input in _inputs.Values) all.Add(input.Tally);
            }

            return all;
        }
    }

    public LiveCorrelations Correlations { get; } = new(generation, configuration, evidence, time);

    /// <summary>Told once, before anything is judged: what became of the stored state.</summary>
    public Action TookUp { get; init; } = () => { };

    /// <summary>Batches that could not be read back.</summary>
    public long DamagedBatches { get; private set; }

    /// <summary>Judges what is in the journal, and what comes, until <paramref name="stop"/>; then what is left.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var reader = journal.Read();
        var consumed = store.ConsumedOf(journal.Id);
        var read = _from = generation.Correlations.Evaluated == 0 ? consumed : store.StateOf(journal.Id) is { } state ? Correlations.TakeUp(state) : 0;
        TookUp();
        while (!abandon.IsCancellationRequested)
        {
            var rows = reader.Next(read, MostRows);
            if (rows.Count > 0)
            {
                read = Judge(rows, consumed);
                consumed = Math.Max(consumed, read);
                // Half of what is kept goes: the rest is what correlations are learnt from after a start.
                if (journal.Bytes > configuration.JournalKeep) await journal.TrimAsync(_oldest = Math.Min(_from, (_oldest + consumed) / 2), CancellationToken.None);
                continue;
            }

            if (stop.IsCancellationRequested)
            {
                Commit(consumed, [], storesState: true);
                return;
            }

            try
            {
                await journal.WaitBeyondAsync(read, stop).WaitAsync(_tick, time, stop);
            }
            catch (TimeoutException)
            {
                if (Correlations.Advance(_factory) is { Count: > 0 } alerts) Commit(consumed, alerts);
            }
            catch (OperationCanceledException)
            {
                // Once more around: what came last is judged too.
            }
        }
    }

    private long Judge(IReadOnlyList<JournalRow> rows, long consumed)
    {
        if (_oldest < 0) _oldest = rows[0].Sequence;
        using var spool = new RawSpool();
        var alerts = new AlertSet();
        var fresh = false;
        var describer = new MatchDescriber(generation, configuration.MinLevel, spool, match => Take(match, fresh, alerts));
        var read = 0L;
        var bytes = 0L;
        foreach (var row in rows)
        {
            read = row.Sequence;
            Correlations.Begin(read, row.Ingested);
            fresh = read > consumed;
            if (row.Block is null || !TryRead(row)) DamagedBatches++;
            else InputOf(row).WorkerFor(row.Source).Process(_batch);
            describer.Describe(_matched);
            Correlations.Seen(row.Input, InputOf(row).Tally.Delivered, row.Ingested);
            InputOf(row).Tally.Delivered.Clear();
            if ((bytes += row.Block?.Length ?? 0) > MostBytes) break;
        }

        Commit(Math.Max(read, consumed), [.. alerts.Sorted(), .. Correlations.Advance(_factory)]);
        return read;
    }

    private void Commit(long consumed, IReadOnlyList<Alert> alerts, bool storesState = false)
    {
        storesState |= time.GetUtcNow() - _stored >= _tick;
        var state = storesState && generation.Correlations.Evaluated > 0 ? Correlations.TakeState() : null;
        store.Commit(journal.Id, consumed, [.. alerts.Where(a => a.Rule.Level >= configuration.MinLevel).Select(Written)], tell, state);
        if (state is null) return;
        (_stored, _from) = (time.GetUtcNow(), state.Position);
    }

    private void Take(Match match, bool fresh, AlertSet alerts)
    {
        Correlations.Offer(match);
        if (fresh && generation.UseOf(match.Rule).Alerts && match.Rule.Header.Level >= configuration.MinLevel) alerts.Add(_factory.FromMatch(match));
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
        var input = new LiveInput(generation, labels is null ? generation.Sources : generation.Sources.With(labels), _matched);
        lock (_inputs) _inputs[row.Input] = input;
        return input;
    }

    private static StoredAlert Written(Alert alert)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) AlertJson.Write(alert, writer);
        return new StoredAlert(alert.Id, alert.Time, (int)alert.Rule.Level, alert.Rule.Id, stream.ToArray());
    }

    /// <summary>The workers of one input: its labels are part of what they read, and each source that a batch may be told to be has its own.</summary>
    private sealed class LiveInput(Generation generation, Sources.SourceCatalog sources, MatchedRecords matched)
    {
        public ScanTally Tally { get; } = new();

        private readonly Dictionary<string, ScanWorker> _workers = new(StringComparer.Ordinal);

        public ScanWorker WorkerFor(string? source)
        {
            if (_workers.TryGetValue(source ?? "", out var known)) return known;
            EventShape[] forms = source is not null && sources.Find(source) is { } told ? [.. told.Forms] : [.. sources.Forms];
            return _workers[source ?? ""] = new ScanWorker(generation, forms, Tally, matched, notesTimes: generation.Correlations.Evaluated > 0);
        }
    }
}
