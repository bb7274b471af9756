using Waterguard.Storage;

namespace Waterguard.Service;

/// <summary>A store that waits while it cannot be written (a full disk, one that fails), and commits when it can: nothing that was judged is lost by it, and what comes in waits in the journal. Nobody is
/// told the same alert again by a further attempt.</summary>
/// <param name="abandon">Ends the waiting: what was not committed is judged again after the next start.</param>
internal sealed class PatientStore(IStore store, ServiceLog log, CancellationToken abandon) : IStore
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _consumed = new(StringComparer.Ordinal);
    private long _alertCount;
    private volatile string? _trouble;

    /// <summary>Why it cannot be written; null: it can.</summary>
    public string? Trouble => _trouble;

    /// <summary>Told how long each commit took.</summary>
    public Action<TimeSpan> Committed { get; init; } = _ => { };

    /// <summary>While the store cannot be read: as it was when it last could.</summary>
    public long AlertCount
    {
        get
        {
            try
            {
                return _alertCount = store.AlertCount;
            }
            catch (StorageUnavailableException)
            {
                return _alertCount;
            }
        }
    }

    /// <summary>What was committed last, where that was here.</summary>
    public long ConsumedOf(string journal) => _consumed.TryGetValue(journal, out var known) ? known : _consumed[journal] = Patiently(() => store.ConsumedOf(journal));

    public StoredState? StateOf(string journal) => Patiently(() => store.StateOf(journal));

    public IReadOnlyList<StoredAlert> Alerts(int most) => store.Alerts(most);

    public int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null)
    {
        using var span = Metrics.ServiceTraces.Begin("commit");
        span?.SetTag("waterguard.alerts", alerts.Count);
        var told = new HashSet<string>(StringComparer.Ordinal);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var fresh = Patiently(() => store.Commit(journal, consumed, alerts, alert =>
        {
            if (told.Add(alert.Id)) tell(alert);
        }, state));
        _consumed[journal] = consumed;
        Committed(System.Diagnostics.Stopwatch.GetElapsedTime(began));
        return fresh;
    }

    public void Dispose() => store.Dispose();

    private T Patiently<T>(Func<T> act)
    {
        while (true)
        {
            try
            {
                var result = act();
                if (_trouble is not null) log.Info("the store can be used again");
                _trouble = null;
                return result;
            }
            catch (StorageUnavailableException e)
            {
                if (_trouble != e.Message) log.Warn(e.Message + "; trying again");
                _trouble = e.Message;
                abandon.WaitHandle.WaitOne(Pause);
                abandon.ThrowIfCancellationRequested();
            }
        }
    }
}
