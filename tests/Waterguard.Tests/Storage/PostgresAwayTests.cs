using Waterguard.Service;
using Waterguard.Storage;
using Waterguard.Storage.Postgres;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class PostgresAwayTests
{
    [Fact]
    public async Task While_the_server_is_away_a_commit_waits_and_goes_on_when_it_is_back()
    {
        using var server = new PostgresServer();
        using var abandon = new CancellationTokenSource();
        using var inner = PostgresStore.Open(server.NewDatabase());
        using var store = new PatientStore(inner, new ServiceLog(TimeProvider.System, new StringWriter()), abandon.Token);
        store.Commit("j", 1, [Stored.Alert("a")], _ => { });
        Assert.Single(inner.Find(new AlertQuery()));
        Assert.Equal(1, store.AlertCount);

        server.Stop();
        var told = new List<string>();
        var committing = Task.Run(() => store.Commit("j", 2, [Stored.Alert("b")], a => told.Add(a.Id)), TestContext.Current.CancellationToken);
        await Until.True(() => store.Trouble is not null, "it waits");
        Assert.Throws<StorageUnavailableException>(() => inner.Find(new AlertQuery()));
        Assert.Equal((1, 1), (store.ConsumedOf("j"), store.AlertCount));
        Assert.False(committing.IsCompleted);

        server.Start();
        Assert.Equal(1, await committing);
        Assert.Null(store.Trouble);
        Assert.Equal(["b"], told);
        Assert.Equal(["b", "a"], inner.Find(new AlertQuery()).Select(a => a.Id));
        Assert.Equal(2, inner.ConsumedOf("j"));
    }
}
