using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;
using Waterguard.Configuration;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Sources;
using Waterguard.Storage;
using Waterguard.Storage.Journals;
using Waterguard.Triage;

namespace Waterguard.Service;

/// <summary>The way of what arrives, top to bottom: journal → worker (bytes to matches, the same as a scan's) → alerts of rules, and of correlations → store and output,
/// with the consumed position. Every ten seconds what correlations know is stored too, with the place in the journal from which it goes on: after a start what lies behind that is judged again, without
/// telling anything twice.</summary>
internal sealed class LiveJudgement(Generation initial, ServiceConfiguration configuration, Journal journal, IStore store, EvidenceFiles evidence, Action<StoredAlert> tell, TimeProvider time)
{
    private const int MostRows = 64;
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, LiveInput> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceCatalog> _labelled = new(StringComparer.Ordinal);
    private readonly MatchedRecords _matched = new();
    private readonly RecordBatch _batch = new();
    private Generation _generation = initial;
    private Generation? _next;
    private AlertFactory _factory = new(initial.StrategyOf);
    private LiveTriage _triage = new(initial);
    private readonly Lock _step = new();
    private readonly TimeSpan _tick = TimeSpan.FromSeconds(10);
    private DateTimeOffset _stored = time.GetUtcNow();
    private long _oldest = -1;
    private long _from;
    private ScanTally _tally = new();

    /// <summary>What was read, over all inputs, up to the last step: what the workers count goes on while somebody looks.</summary>
    public ScanTally Tally => Volatile.Read(ref _tally);

    public LiveCorrelations Correlations { get; } = new(initial, configuration, evidence, time);

    /// <summary>Told once, before anything is judged: what became of the stored state.</summary>
    public Action TookUp { get; init; } = () => { };

    /// <summary>Told when other content is in use.</summary>
    public Action<Generation, RestoredState> Swapped { get; init; } = (_, _) => { };

    /// <summary>Told, when what batches gave is stored, when the oldest of them had come.</summary>
    public Action<DateTimeOffset> Judged { get; init; } = _ => { };

    /// <summary>Up to which batch the journal is archived: what lies behind stays in it.</summary>
    public Func<long> Archived { get; init; } = () => long.MaxValue;

    /// <summary>The content in use.</summary>
    public Generation Generation => Volatile.Read(ref _generation);

    /// <summary>Uses other content from the next batch on. Any thread may ask.</summary>
    public void Swap(Generation generation) => Interlocked.Exchange(ref _next, generation);

    /// <summary>How many alerts each suppression of the content in use has covered.</summary>
    public IReadOnlyDictionary<string, long> Receipts => _triage.Receipts;

    /// <summary>Alerts that a signal might have lifted, forgotten before their hour was over.</summary>
    public long TriageForgotten => _triage.Forgotten;

    /// <summary>Batches that could not be read back.</summary>
    public long DamagedBatches { get; private set; }

    /// <summary>Looks at what correlations and the census know, between two steps; false when none ended in time, as while the store cannot be written.</summary>
    public bool TryLook(TimeSpan patience, Action<LiveCorrelations> look)
    {
        if (!_step.TryEnter(patience)) return false;
        try
        {
            look(Correlations);
            return true;
        }
        finally
        {
            _step.Exit();
        }
    }

    /// <summary>Judges what is in the journal, and what comes, until <paramref name="stop"/>; then what is left.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var reader = journal.Read();
        var consumed = store.ConsumedOf(journal.Id);
        var read = _from = _generation.Correlations.Evaluated == 0 ? consumed : store.StateOf(journal.Id) is { } state ? Correlations.TakeUp(state) : 0;
        TookUp();
        lock (_step) Recall(reader, read);
        while (!abandon.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _next, null) is { } next)
            {
                lock (_step) Become(next, consumed);
            }

            var rows = reader.Next(read, MostRows);
            if (rows.Count > 0)
            {
                lock (_step) read = Judge(rows, consumed);
                consumed = Math.Max(consumed, read);
                await TrimAsync(consumed);
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
                // The archive may have come further; a journal that is full gets no row that would have it looked at again.
                await TrimAsync(consumed);
                lock (_step)
                {
                    if (Correlations.Advance(_factory) is { Count: > 0 } alerts) Commit(consumed, alerts);
                }
            }
            catch (OperationCanceledException)
            {
                // Once more around: what came last is judged too.
            }
        }
    }

    // Half of what is kept goes: the rest is what the census is told again after a start.
    private async Task TrimAsync(long consumed)
    {
        if (journal.Bytes > configuration.JournalKeep) await journal.TrimAsync(_oldest = Math.Min(Math.Min(_from, Archived()), (_oldest + consumed) / 2), CancellationToken.None);
    }

    // The census is not stored: what it knew is in the records that the journal has kept. No rule is judged on them again.
    private void Recall(JournalReader reader, long through)
    {
        if (_generation.Readings.Readings.IsEmpty || through == 0) return;
        using var spool = new RawSpool();
        var input = "";
        var describer = new MatchDescriber(_generation, configuration.MinLevel, spool, _ => { }, fact => Correlations.Census.Tell(fact, input)) { OnlyFacts = true };
        for (var read = 0L; read < through && reader.Next(read, MostRows) is { Count: > 0 } rows;)
        {
            foreach (var row in rows.Where(r => r.Sequence <= through))
            {
                input = row.Input;
                if (!row.TryRead(_batch)) continue;
                InputOf(row).WorkerFor(row.Source).Process(_batch);
                describer.Describe(_matched);
                Correlations.Census.Hear(InputOf(row).Tally.Heard, row.Ingested);
                InputOf(row).Tally.Heard.Clear();
            }

            read = rows[^1].Sequence;
        }

        _inputs.Clear(); // what was read again was counted before
        Correlations.Recalled();
    }

    // Between two batches: what is known is stored under the old content, and gone on from under the new.
    private void Become(Generation next, long consumed)
    {
        Commit(consumed, [], storesState: true);
        _generation = next;
        _factory = new AlertFactory(next.StrategyOf);
        _triage = new LiveTriage(next);
        _labelled.Clear();
        var restored = Correlations.Become(next);
        foreach (var (name, input) in _inputs) input.Become(next, SourcesOf(name));
        Swapped(next, restored);
    }

    private SourceCatalog SourcesOf(string input)
    {
        if (configuration.Inputs.FirstOrDefault(i => i.Name == input)?.Labels is not { } labels) return _generation.Sources;
        return _labelled.TryGetValue(input, out var known) ? known : _labelled[input] = _generation.Sources.With(labels);
    }

    private long Judge(IReadOnlyList<JournalRow> rows, long consumed)
    {
        if (_oldest < 0) _oldest = rows[0].Sequence;
        using var span = Metrics.ServiceTraces.Begin("judge");
        span?.SetTag("waterguard.batches", rows.Count);
        using var spool = new RawSpool();
        var alerts = new AlertSet();
        var (fresh, input) = (false, "");
        var describer = new MatchDescriber(_generation, configuration.MinLevel, spool, match => Take(match, fresh, alerts), fact => Correlations.Census.Tell(fact, input));
        var read = 0L;
        var bytes = 0L;
        foreach (var row in rows)
        {
            read = row.Sequence;
            Correlations.Begin(read, row.Ingested);
            (fresh, input) = (read > consumed, row.Input);
            if (!row.TryRead(_batch)) DamagedBatches++;
            else InputOf(row).WorkerFor(row.Source).Process(_batch);
            describer.Describe(_matched);
            Correlations.Seen(row.Input, InputOf(row).Tally.Delivered, row.Ingested);
            Correlations.Census.Hear(InputOf(row).Tally.Heard, row.Ingested);
            InputOf(row).Tally.Delivered.Clear();
            InputOf(row).Tally.Heard.Clear();
            if ((bytes += row.Block?.Length ?? 0) > MostBytes) break;
        }

        Volatile.Write(ref _tally, Sum()); // before the position: who sees nothing waiting sees all of it counted
        Commit(Math.Max(read, consumed), [.. alerts.Sorted(), .. Correlations.Advance(_factory)]);
        if (fresh) Judged(rows[0].Ingested);
        return read;
    }

    private void Commit(long consumed, IReadOnlyList<Alert> alerts, bool storesState = false)
    {
        storesState |= time.GetUtcNow() - _stored >= _tick;
        var state = storesState && _generation.Correlations.Evaluated > 0 ? Correlations.TakeState() : null;
        store.Commit(journal.Id, consumed, [.. _triage.Judge([.. alerts.Where(a => a.Rule.Level >= configuration.MinLevel)]).Select(Written)], tell, state);
        if (_generation.Correlations.Evaluated == 0) _from = consumed; // there is nobody to read again for
        if (state is not null) (_stored, _from) = (time.GetUtcNow(), state.Position);
    }

    private void Take(Match match, bool fresh, AlertSet alerts)
    {
        Correlations.Offer(match);
        var use = _generation.UseOf(match.Rule);
        if (fresh && use.Alerts && !use.Decided && match.Rule.Header.Level >= configuration.MinLevel) alerts.Add(_factory.FromMatch(Correlations.Census.FillIn(match)));
    }

    private LiveInput InputOf(JournalRow row)
    {
        if (_inputs.TryGetValue(row.Input, out var known)) return known;
        return _inputs[row.Input] = new LiveInput(_generation, SourcesOf(row.Input), _matched);
    }

    private ScanTally Sum()
    {
        var all = new ScanTally();
        foreach (var input in _inputs.Values) all.Add(input.Tally);
        return all;
    }

    private static StoredAlert Written(Alert alert)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) AlertJson.Write(alert, writer);
        return new StoredAlert(alert.Id, alert.Time, (int)alert.Rule.Level, alert.Rule.Id, stream.ToArray()) { IsTold = alert.SuppressedBy is null };
    }
}
