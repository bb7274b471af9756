using Waterguard.Api;
using Waterguard.Api.Live;
using Waterguard.Canaries;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Detection.Correlations;
using Waterguard.Notify;
using Waterguard.Pipeline;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Journals;
using Waterguard.Metrics;

namespace Waterguard.Service;

/// <summary>The service: inputs → journal → judgement → store and output. Stops in the same order, so that what was taken in is judged.</summary>
internal sealed class RunningService(ServiceConfiguration configuration, Generation generation, TimeProvider time, ServiceLog log)
{
    /// <summary>How long what was taken in is still judged after a stop; the rest is judged after the next start.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(1);

    /// <summary>Gets the alerts that are told; null: they go to standard output as JSON.</summary>
    public Action<StoredAlert>? Alerts { get; init; }

    /// <summary>Gets the address of the HTTP interface once it listens; null: there is none.</summary>
    public Action<string?> Started { get; init; } = _ => { };

    /// <exception cref="StorageUnavailableException">The data folder cannot be used.</exception>
    /// <exception cref="IOException">The HTTP interface cannot be opened.</exception>
    public async Task RunAsync(IReadOnlyList<ITransport> transports, CancellationToken stop)
    {
        await using var journal = Journal.Open(configuration.Data, new JournalOptions { MaxBytes = configuration.JournalSize }, time);
        using var lines = new AlertLines();
        using var stopJudging = new CancellationTokenSource();
        using var abandon = new CancellationTokenSource();
        using var evidence = new EvidenceFiles(configuration.Data, configuration.JournalKeep, abandon: abandon.Token);
        using var stored = StoreOpening.Open(configuration);
        using var meter = new ServiceMeter();
        using var telemetry = configuration.Otlp is { } collector ? new OtlpExport(collector, log) : null;
        using var store = new PatientStore(stored, log, abandon.Token) { Committed = meter.Committed };
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);

        Archiving? archiving = null;
        var canaries = new CanaryBoard(configuration.Canaries, time, log);
        LiveJudgement judgement = null!;
        ApiServer? api = null;
        judgement = new LiveJudgement(generation, configuration, journal, store, evidence, alert =>
        {
            if (alert.IsTold) (Alerts ?? lines.Write)(alert);
            api?.Told(alert);
        }, time)
        {
            TookUp = () => TookUp(judgement.Correlations),
            Swapped = (now, restored) =>
            {
                Swapped(now, restored);
                api?.Parts.Become(now);
            },
            Judged = ingested => meter.Judged(time.GetUtcNow() - ingested),
            Canary = canaries.Saw,
            Archived = () => archiving?.Position ?? long.MaxValue,
        };
        if (configuration.KeepArchive is not null) archiving = new Archiving(journal, OpenArchive(journal.Id), () => judgement.Generation, time, log);
        Task? judging = null;
        async Task<string?> TroubleAsync() => judging is { IsFaulted: true } ? "judging has stopped" : store.Trouble ?? evidence.Trouble ?? archiving?.Trouble ?? (await journal.ProbeAsync(CancellationToken.None) is AppendOutcome.Accepted or AppendOutcome.Duplicate ? null : $"the journal is {journal.Condition}");
        api = configuration.Http is null ? null : new ApiServer(new ApiParts(configuration, transports, store, stored, stored, stored, judgement, journal, TroubleAsync, time, log) { Generation = generation, Outbox = stored, Canaries = canaries });
        using var closing = api;
        judging = Task.Run(() => judgement.RunAsync(stopJudging.Token, abandon.Token), CancellationToken.None);
        var running = transports.Select(t => Task.Run(() => t.RunAsync(new JournalSink(journal, t.Name), failed.Token), CancellationToken.None)).ToArray();
        await using var http = configuration.Http is { } listen ? await HttpInterface.StartAsync(listen, api!, TroubleAsync, log, meter) : null;
        Announce(http?.Address, journal, store);
        Started(http?.Address);
        var systemd = SystemdNotice.FromEnvironment(time);
        systemd.Ready();
        // Judging is what must go on; while the store is away it waits, and that is no reason to be ended.
        var watched = systemd.RunAsync(() => Task.FromResult(!judging.IsFaulted), abandon.Token);
        var watching = new ContentWatch(configuration.Content with { Lowest = configuration.MinLevel, Examples = false }, judgement.Swap, time, log).RunAsync(failed.Token);
        using var alone = api is null ? new Notifier(configuration.Notify, stored, stored, stored, (_, _) => null, time, log) : null;
        if (telemetry is not null) meter.Count("waterguard.otlp.requests", "Requests to the collector of our own telemetry, by what became of them.", ("signal", "state"), () => telemetry.Requests.Counts);
        ServiceInstruments.Add(meter, transports, judgement, journal, store, new StoreCounts(stored), archiving, api?.Notifier ?? alone!, canaries, () => api?.Readers.LetGo ?? 0);
        var serving = api?.RunAsync(failed.Token) ?? alone!.RunAsync(failed.Token);

        var keeping = Task.WhenAll(archiving?.RunAsync(failed.Token) ?? Task.CompletedTask, new Retention(configuration, stored, time, log).RunAsync(failed.Token), canaries.RunAsync(failed.Token));

        var over = Task.WhenAny([judging, keeping, .. running, Stopped(failed.Token)]);
        while (await Task.WhenAny(over, Task.Delay(ReportEvery, time, CancellationToken.None)) != over) Report(transports, judgement, journal, store, archiving);

        // From the front to the back: nothing more in, then judge what is there.
        log.Info("stopping");
        systemd.Stopping();
        api?.Parts.Events.Close();
        if (http is not null) await http.StopAsync(StopTime);
        await failed.CancelAsync();
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(StopTime, time, CancellationToken.None));
        await stopJudging.CancelAsync();
        abandon.CancelAfter(DrainTime);
        foreach (var fault in running.Append(judging).Append(keeping).Where(t => t.IsFaulted)) log.Say("error", "a part of the service failed", ("error", fault.Exception!.GetBaseException().ToString()));
        await Task.WhenAny(judging);
        await watching;
        await serving;
        await Task.WhenAny(keeping);
        await abandon.CancelAsync();
        await watched;
        Report(transports, judgement, journal, store, archiving);
        if (running.Append(judging).Append(keeping).FirstOrDefault(t => t.IsFaulted) is { } faulted) throw new ServiceFailedException(faulted.Exception!.GetBaseException().Message, faulted.Exception);
    }

    private Archive OpenArchive(string journal)
    {
        try
        {
            return Archive.Open(configuration.Data, journal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"{Archive.FolderIn(configuration.Data)}: the archive cannot be opened: {e.Message}", e);
        }
    }

    private static Task Stopped(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        stop.Register(stopped.SetResult);
        return stopped.Task;
    }

    private void TookUp(LiveCorrelations correlations)
    {
        if (correlations.Refused is { } why) log.Say("warning", "what correlations knew was left aside: they start from nothing", ("reason", why));
        if (correlations.Restored is not { } restored) return;
        log.Info("took up what correlations knew", ("keys", restored.Keys), ("damaged", restored.Damaged));
        foreach (var (id, reason) in restored.Restarted) log.Say("warning", "a correlation starts from nothing", ("correlation", id), ("reason", reason));
    }

    private void Swapped(Generation now, RestoredState restored)
    {
        log.Info("content changed", ("rules", now.Rules.Rules.Length), ("correlations", now.Correlations.Evaluated), ("keys", restored.Keys));
        foreach (var (id, reason) in restored.Restarted) log.Say("warning", "a correlation starts from nothing", ("correlation", id), ("reason", reason));
    }

    private void Announce(string? address, Journal journal, IStore store)
    {
        log.Info(
            "serving",
            ("inputs", configuration.Inputs.Select(i => $"{i.Name} ({i.Kind.Name})")), ("http", address), ("rules", generation.Rules.Rules.Length),
            ("correlations", generation.Correlations.Evaluated), ("data", configuration.Data), ("waiting", journal.LastSequence - store.ConsumedOf(journal.Id)), ("pid", Environment.ProcessId));
    }

    private void Report(IReadOnlyList<ITransport> transports, LiveJudgement judgement, Journal journal, IStore store, Archiving? archiving)
    {
        foreach (var transport in transports)
        {
            var p = transport.Progress.Snapshot();
            log.Info("input", ("input", transport.Name), ("read", p.Read), ("accepted", p.Accepted), ("duplicates", p.Duplicates), ("rejected", p.Rejected), ("dropped", p.Dropped), ("errors", p.Errors),
                ("throttled", p.Throttled), ("lag_bytes", p.LagBytes), ("lag_seconds", (long)p.Lag.TotalSeconds), ("last_success", p.LastSuccess), ("last_error", p.LastError), ("notes", p.Notes));
        }

        var tally = judgement.Tally;
        log.Info("judged", ("events", tally.Events), ("malformed", tally.MalformedRecords), ("unrecognised", tally.UnrecognisedRecords), ("damaged_batches", judgement.DamagedBatches),
            ("alerts", store.AlertCount), ("suppressed", judgement.Receipts.Select(r => $"{r.Key} {r.Value}")), ("not_lifted_any_more", judgement.TriageForgotten), ("journal_bytes", journal.Bytes), ("waiting", journal.LastSequence - store.ConsumedOf(journal.Id)), ("keys_forgotten", journal.KeysForgotten), ("journal", journal.Condition.ToString()));
        if (archiving is not null) log.Info("archived", ("records", archiving.Records), ("waiting", journal.LastSequence - archiving.Position), ("damaged_batches", archiving.DamagedBatches));
        var census = judgement.Correlations.Census.Census;
        log.Info("census", ("containers", census.Containers), ("pods", census.Pods), ("counts", census.Counts.All.Where(c => c.Value > 0).Select(c => $"{c.Key} {c.Value}")));
        var (waiting, keys) = judgement.Correlations.Size;
        log.Info("correlated", ("matches_waiting", waiting), ("keys", keys), ("forged_times", judgement.Correlations.ForgedTimes), ("evidence_files_removed", judgement.Correlations.EvidenceFilesRemoved), ("could_not_use", judgement.Correlations.Counts.All.Where(c => c.Value > 0).Select(c => $"{c.Key} {c.Value}")));
    }
}

/// <summary>A part of the service ended by a fault of ours; the log has it.</summary>
internal sealed class ServiceFailedException(string message, Exception? inner) : Exception(message, inner);
