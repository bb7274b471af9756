using Waterguard.Storage;
using Waterguard.Storage.Sqlite;
using Xunit;

namespace Waterguard.Tests.Storage;

/// <summary>An incident that somebody makes huge does not make every alert after it dear.</summary>
public sealed class LargeIncidentTests : IDisposable
{
    private const int Many = 5001;
    private readonly TemporaryFolder _folder = Repository.Folder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void In_one_that_is_too_large_what_held_together_stays_so_and_it_is_counted()
    {
        using var store = Filled();
        var large = Assert.Single(store.Find(new IncidentQuery()));
        Assert.Equal((Many, 0L), (large.Count, store.NotRegrouped));

        // Without the bound it would be parted here: the one in the middle was all that held the halves together.
        Commit(store, Alert("middle", 60.5), Alert("middle", 60.5, status: "retracted"));
        Commit(store, Alert($"a{Many / 2}", At(Many / 2), status: "retracted"));
        var after = Assert.Single(store.Find(new IncidentQuery()));
        Assert.Equal((large.Id, (long)Many - 1), (after.Id, after.Count));
        Assert.InRange(store.NotRegrouped, 1, 3);
        Assert.Null(store.FindAlert($"a{Many / 2}")!.Incident);
    }

    [Fact]
    public void An_older_one_that_turns_out_to_be_a_part_of_it_does_not_move_all_of_it()
    {
        using var store = Filled();
        var large = Assert.Single(store.Find(new IncidentQuery()));
        Commit(store, Alert("old", -50, ("pod", "other")));
        Commit(store, Alert("bridge", -40, ("pod", "other"), ("pod", "p")));

        var one = Assert.Single(store.Find(new IncidentQuery()));
        Assert.Equal((large.Id, Many + 2L, 1L), (one.Id, one.Count, store.NotRegrouped));
    }

    [Fact]
    public void Lists_tell_strategies_and_entities_of_the_first_alerts()
    {
        using var store = Filled();
        Commit(store, Stored.Alert("s", -1, rule: "r", strategy: "container-runtime-evasion", entities: [("pod", "p"), .. Enumerable.Range(0, 60).Select(i => ("address", $"10.0.0.{i}"))]));
        var names = store.NamesOf(Assert.Single(store.Find(new IncidentQuery())).Id);
        Assert.Equal((1, IncidentNames.MostEntities, true), (names.Strategies.Count, names.Entities.Count, names.HasMore));
        Assert.Equal(new StoredEntity("address", "10.0.0.0"), names.Entities[0]);
    }

    [Fact]
    public void Since_when_incidents_wait_is_there_after_a_restart()
    {
        using (var store = SqliteStore.Open(_folder.Path))
        {
            store.KeepWaiting([KeyValuePair.Create("a", Stored.Start), KeyValuePair.Create("b", Stored.Start)], []);
            store.KeepWaiting([KeyValuePair.Create("a", Stored.Start.AddHours(1))], ["b"]);
        }

        using var again = SqliteStore.Open(_folder.Path);
        Assert.Equal([KeyValuePair.Create("a", Stored.Start)], again.WaitingSince());
    }

    private Waterguard.Storage.Sql.SqlStore Filled()
    {
        var store = SqliteStore.Open(_folder.Path);
        foreach (var piece in Enumerable.Range(0, Many).Chunk(500)) Commit(store, [.. piece.Select(i => Alert($"a{i}", At(i)))]);
        return store;
    }

    // Most within two hours, the second half an hour after the one in the middle.
    private static double At(int i) => i < Many / 2 ? i * 0.01 : i == Many / 2 ? 60 : 94 + (i * 0.01);

    private static StoredAlert Alert(string id, double minute, params (string, string)[] entities) => Stored.Alert(id, minute, rule: "r", isCorrelation: true, entities: entities.Length == 0 ? [("pod", "p")] : entities);

    private static StoredAlert Alert(string id, double minute, string status) => Stored.Alert(id, minute, rule: "r", status: status, isCorrelation: true, entities: ("pod", "p"));

    private static void Commit(Waterguard.Storage.Sql.SqlStore store, params StoredAlert[] alerts) => store.Commit("j", store.ConsumedOf("j") + 1, alerts, _ => { });
}
