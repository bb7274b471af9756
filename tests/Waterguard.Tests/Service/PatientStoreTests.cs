using Waterguard.Service;
using Waterguard.Storage;
using Xunit;

namespace Waterguard.Tests.Service;

public sealed class PatientStoreTests
{
    [Fact]
    public async Task What_cannot_be_stored_waits_shows_why_and_is_told_once()
    {
        using var inner = new FailingStore { IsFull = true };
        var (written, told) = (new StringWriter(), new List<string>());
        using var abandon = new CancellationTokenSource();
        using var store = new PatientStore(inner, new ServiceLog(TimeProvider.System, written), abandon.Token);
        var committing = Task.Run(() => store.Commit("j", 7, [Alert("a"), Alert("b")], a => told.Add(a.Id)), TestContext.Current.CancellationToken);
        await Until.True(() => store.Trouble is not null && inner.Attempts > 1, "it has tried again");
        Assert.Equal("the disk is full", store.Trouble);
        inner.IsFull = false;

        Assert.Equal(2, await committing);
        Assert.Null(store.Trouble);
        Assert.Equal(["a", "b"], told);
        Assert.Contains("the store can be used again", written.ToString(), StringComparison.Ordinal);

        inner.IsFull = true;
        var waiting = Task.Run(() => store.Commit("j", 8, [], _ => { }), CancellationToken.None);
        await Until.True(() => store.Trouble is not null, "it waits");
        await abandon.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static StoredAlert Alert(string id) => new(id, DateTimeOffset.UnixEpoch, 3, "r", []);

    /// <summary>Fails as a full disk does: after it has told, before it has committed.</summary>
    private sealed class FailingStore : IStore
    {
        public volatile bool IsFull;
        private int _attempts;

        public int Attempts => Volatile.Read(ref _attempts);

        public long AlertCount => 0;

        public long ConsumedOf(string journal) => 0;

        public int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null)
        {
            Interlocked.Increment(ref _attempts);
            foreach (var alert in alerts) tell(alert);
            return IsFull ? throw new StorageUnavailableException("the disk is full") : alerts.Count;
        }

        public StoredState? StateOf(string journal) => null;

        public IReadOnlyList<StoredAlert> Alerts(int most) => [];

        public void Dispose()
        {
        }
    }
}
