using System.Text;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class SqliteStoreTests
{
    [Fact]
    public void Consuming_the_same_piece_twice_changes_nothing_and_tells_nobody_again()
    {
        using var folder = Repository.Folder();
        using var store = SqliteStore.Open(folder.Path);
        var told = new List<string>();

        Assert.Equal(1, store.Commit("j", 5, [Alert("a", "e1")], a => told.Add(a.Id)));
        Assert.Equal(0, store.Commit("j", 5, [Alert("a", "e1")], a => told.Add(a.Id)));
        Assert.Equal(["a"], told);
        Assert.Equal(5, store.ConsumedOf("j"));
        Assert.Equal(0, store.ConsumedOf("another"));
    }

    [Fact]
    public void Another_stage_of_a_record_joins_its_alert()
    {
        using var folder = Repository.Folder();
        using var store = SqliteStore.Open(folder.Path);
        var told = 0;
        store.Commit("j", 1, [Alert("a", "e1")], _ => told++);
        store.Commit("j", 2, [Alert("a", "e2")], _ => told++);

        var text = Encoding.UTF8.GetString(Assert.Single(store.Alerts(10)).Json);
        Assert.Contains("e1", text, StringComparison.Ordinal);
        Assert.Contains("e2", text, StringComparison.Ordinal);
        Assert.Contains("\"event_count\":2", text, StringComparison.Ordinal);
        Assert.Equal(2, told);
    }

    [Fact]
    public void When_telling_fails_nothing_is_stored()
    {
        using var folder = Repository.Folder();
        using var store = SqliteStore.Open(folder.Path);

        Assert.Throws<IOException>(() => store.Commit("j", 1, [Alert("a", "e1")], _ => throw new IOException("pipe")));
        Assert.Equal(0, store.AlertCount);
        Assert.Equal(0, store.ConsumedOf("j"));
    }

    private static StoredAlert Alert(string id, string record)
    {
        var entities = string.Join(',', Waterguard.Alerting.Alert.EntityKinds.Select(k => $"\"{k}\":[]"));
        var json = $$$"""{"id":"{{{id}}}","time":"2026-11-22T10:00:00.000Z","entities":{{{{entities}}}},"event_count":1,"events":[{"source":"s","file":"f","line":1,"time":"2026-11-22T10:00:00.000Z","raw":{"id":"{{{record}}}"}}]}""";
        return new StoredAlert(id, DateTimeOffset.UnixEpoch, 3, "r", Encoding.UTF8.GetBytes(json));
    }
}
