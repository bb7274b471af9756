using System.Diagnostics;
using Waterguard.Canaries;
using Waterguard.Notify;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Journals;

namespace Waterguard.Metrics;

/// <summary>Which counters of which parts are told.</summary>
internal static class ServiceInstruments
{
    public static void Add(ServiceMeter meter, IReadOnlyList<ITransport> inputs, LiveJudgement judgement, Journal journal, PatientStore store, StoreCounts counts, Archiving? archiving, Notifier notifier, CanaryBoard canaries, Func<long> slowReaders)
    {
        IEnumerable<(string, long)> Each(Func<ProgressSnapshot, long> of) => inputs.Select(i => (i.Name, of(i.Progress.Snapshot())));
        meter.Count("waterguard.received", "Records that came in. received = stored + duplicate + rejected + dropped, at rest.", "input", () => Each(p => p.Read));
        meter.Count("waterguard.stored", "Records that are in the journal, on disk.", "input", () => Each(p => p.Accepted));
        meter.Count("waterguard.duplicate", "Records that were there already.", "input", () => Each(p => p.Duplicates));
        meter.Count("waterguard.rejected", "Records that could not be used, by reason.", ("input", "reason"), () => inputs.SelectMany(i => i.Progress.Snapshot().Rejected.Select(r => (i.Name, r.Key, r.Value))));
        meter.Count("waterguard.dropped", "Records that were lost because nobody could wait.", "input", () => Each(p => p.Dropped));
        meter.Count("waterguard.input.errors", "Failures that are tried again.", "input", () => Each(p => p.Errors));
        meter.Count("waterguard.input.throttled", "Times that a sender had to wait.", "input", () => Each(p => p.Throttled));
        meter.Stand("waterguard.input.lag", "How far behind reading is.", "input", () => inputs.Select(i => (i.Name, i.Progress.Snapshot().Lag.TotalSeconds)), "s");
        meter.Stand("waterguard.input.last_success_timestamp", "When the other side answered last; left out before the first time.", "input",
            () => inputs.Select(i => (i.Name, i.Progress.Snapshot().LastSuccess)).Where(i => i.LastSuccess is not null).Select(i => (i.Name, i.LastSuccess!.Value.ToUnixTimeMilliseconds() / 1000.0)), "s");
        meter.Count("waterguard.events", "Events that were judged.", "source", () => judgement.Tally.BySource.Select(s => (s.Key, s.Value)));
        meter.Count("waterguard.malformed", "Records that could not be read.", () => judgement.Tally.MalformedRecords);
        meter.Count("waterguard.unrecognised", "Records of no source that is known.", () => judgement.Tally.UnrecognisedRecords);
        meter.Stand("waterguard.alerts", "Alerts in the store.", () => store.AlertCount);
        meter.Stand("waterguard.incidents", "Incidents in the store.", () => counts.Incidents());
        meter.Stand("waterguard.journal.waiting", "Batches that are not judged yet.", () => journal.LastSequence - store.ConsumedOf(journal.Id));
        meter.Stand("waterguard.journal.size", "The journal, compressed.", () => journal.Bytes, "By");
        meter.Stand("waterguard.state.keys", "Keys of which correlations know something.", () => judgement.Correlations.Size.Keys);
        meter.Stand("waterguard.state.matches_waiting", "Matches that wait for their time.", () => judgement.Correlations.Size.Waiting);
        meter.Count("waterguard.capped", "What bounds have cut off, by bound.", "bound", () => Caps(judgement, journal, archiving, notifier, counts).Append(("foreign_canaries", canaries.Foreign)).Append(("slow_readers", slowReaders())));
        meter.Stand("waterguard.canary", "1: the canary's last marker came out in time; 0: it did not. Left out before the first.", "canary", () => canaries.States.Where(s => s.Holds is not null).Select(s => (s.Canary.Name, s.Holds == true ? 1.0 : 0)));
        meter.Count("waterguard.suppressed", "Alerts that a suppression has covered.", "suppression", () => judgement.Receipts.Select(r => (r.Key, r.Value)));
        meter.Count("waterguard.notifications", "Notifications, by channel and what became of them.", ("channel", "state"),
            () => notifier.Lanes.SelectMany(l => new[] { (l.Name, "sent", l.Sent), (l.Name, "failed", l.Failures), (l.Name, "dead", l.Dead), (l.Name, "withheld", l.Withheld), (l.Name, "capped", l.Capped) }));
        meter.Stand("waterguard.notifications.kept", "Notifications in the store, by state.", "state", () => counts.Notifications().Select(n => (n.Key.ToString().ToLowerInvariant(), (double)n.Value)));
        meter.Stand("waterguard.store.trouble", "1 while the store cannot be written.", () => store.Trouble is null ? 0 : 1);
        meter.Stand("process.resident_memory", "Memory of the process.", () => Environment.WorkingSet, "By");
        meter.Stand("process.cpu", "Processor time of the process.", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s");
        meter.Stand("process.start_time", "When the process began, since 1970.", () => new DateTimeOffset(Process.GetCurrentProcess().StartTime.ToUniversalTime(), TimeSpan.Zero).ToUnixTimeMilliseconds() / 1000.0, "s");
        meter.Stand("dotnet.heap", "The managed heap after the last collection.", () => GC.GetGCMemoryInfo().HeapSizeBytes, "By");
    }

    private static IEnumerable<(string, long)> Caps(LiveJudgement judgement, Journal journal, Archiving? archiving, Notifier notifier, StoreCounts counts)
    {
        yield return ("incidents_not_regrouped", counts.NotRegrouped);
        yield return ("damaged_batches", judgement.DamagedBatches);
        yield return ("archive_damaged_batches", archiving?.DamagedBatches ?? 0);
        yield return ("depth", judgement.Tally.DepthCapped);
        yield return ("forged_times", judgement.Correlations.ForgedTimes);
        yield return ("evidence_files_removed", judgement.Correlations.EvidenceFilesRemoved);
        yield return ("not_lifted_any_more", judgement.TriageForgotten);
        yield return ("journal_keys_forgotten", journal.KeysForgotten);
        yield return ("connections_refused", notifier.Refused);
        foreach (var (name, value) in judgement.Correlations.Counts.All) yield return ("correlation_" + name.Replace(' ', '_'), value);
    }
}

/// <summary>What is counted in the store: asked when somebody looks, and as it was while the store cannot be read.</summary>
internal sealed class StoreCounts(Storage.Sql.SqlStore store)
{
    private long _incidents;
    private IReadOnlyDictionary<NotificationState, long> _notifications = new Dictionary<NotificationState, long>();

    public long NotRegrouped => store.NotRegrouped;

    public long Incidents()
    {
        try
        {
            return _incidents = store.CountIncidents();
        }
        catch (StorageUnavailableException)
        {
            return _incidents;
        }
    }

    public IReadOnlyDictionary<NotificationState, long> Notifications()
    {
        try
        {
            return _notifications = store.CountNotifications();
        }
        catch (StorageUnavailableException)
        {
            return _notifications;
        }
    }
}
