using System.Text;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class UpgradeTests
{
    [Fact]
    public void A_store_of_the_second_layout_keeps_what_it_has_and_can_be_searched()
    {
        using var folder = Repository.Folder();
        File.Copy(Repository.PathOf("tests", "data", "store-layout-2.db"), Path.Combine(folder.Path, "store.db"));
        for (var time = 0; time < 2; time++)
        {
            using var store = SqliteStore.Open(folder.Path);
            Assert.Equal(["alert-4", "alert-3", "alert-2", "alert-1"], store.Find(new AlertQuery()).Select(a => a.Id));
            Assert.Equal(["alert-2", "alert-1"], store.Find(new AlertQuery { Entity = new StoredEntity("pod", "shop/web"), Strategy = "container-runtime-evasion", Text = "OPENED a shell" }).Select(a => a.Id));
            Assert.Equal(["alert-3"], store.Find(new AlertQuery { Suppressed = true }).Select(a => a.Id));
            Assert.Equal(["alert-4"], store.Find(new AlertQuery { Statuses = [AlertStatus.Retracted] }).Select(a => a.Id));
            var incident = Assert.Single(store.Find(new IncidentQuery { Statuses = [] }));
            Assert.Equal(("Shell in a pod", 2L), (incident.Title, incident.Count));
            Assert.Equal(42, store.ConsumedOf("journal-1"));
            var state = store.StateOf("journal-1")!;
            Assert.Equal((41, "value"), (state.Position, Encoding.UTF8.GetString(Assert.Single(state.Keys).Value!.Value.Span)));
            Assert.Contains("\"time\":\"2026-11-01T10:05:00.000Z\"", Encoding.UTF8.GetString(store.FindAlert("alert-2")!.Json), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_store_of_a_newer_version_is_left_as_it_is()
    {
        using var folder = Repository.Folder();
        SqliteStore.Open(folder.Path).Dispose();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder.Path, "store.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("newer version", Assert.Throws<StorageUnavailableException>(() => SqliteStore.Open(folder.Path)).Message, StringComparison.Ordinal);
    }
}
