using Waterguard.Storage;

namespace Waterguard.Service;

/// <summary>A store that waits while it cannot be written (a full disk, one that fails), and commits when it can: nothing that was judged is lost by it, and what comes in waits in the journal. Nobody is
/// told the same alert again by a further attempt.</summary>
/// <param name="abandon">Ends the waiting: what was not committed is judged again after the next start.</param>
internal sealed class PatientStore(IStore store, ServiceLog log, CancellationToken abandon) : IStore
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private volatile string? _trouble;

    /// <summary>Why it cannot be written; null: it can.</summary>
    public string? Trouble => _trouble;

    public long AlertCount => store.AlertCount;

    public long ConsumedOf(string journal) => store.ConsumedOf(journal);

    public StoredState? StateOf(string journal) => store.StateOf(journal);

    public IReadOnlyList<StoredAlert> Alerts(int most) => store.Alerts(most);

    public int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            try
            {
                var fresh = store.Commit(journal, consumed, alerts, alert =>
                {
                    if (told.Add(alert.Id)) tell(alert);
                }, state);
                if (_trouble is not null) log.Info("the store can be written again");
                _trouble = null;
                return fresh;
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

    public void Dispose() => store.Dispose();
}
