using System.Globalization;
using Waterguard.Alerting.Grouping;
using Waterguard.Storage;
using Waterguard.Storage.Postgres;
using Waterguard.Storage.Sql;
using Waterguard.Storage.Sqlite;
using Xunit;

namespace Waterguard.Tests.Storage;

/// <summary>Alerts are grouped as they come, as they would be all at once.</summary>
public sealed class StoredIncidentTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();
    private string? _connection;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, 40)]
    [InlineData(true, 4)]
    public void Whatever_the_order_in_which_they_come_alerts_belong_together_as_all_at_once(bool isPostgres, int rounds)
    {
        var store = Open(isPostgres);
        try
        {
            for (var seed = 0; seed < rounds; seed++)
            {
                var random = new Random(seed);
                var alerts = Some(random, $"{seed}-");
                var inOrder = seed % 2 == 0;
                var arriving = alerts.OrderBy(a => inOrder ? a.Time.Ticks : random.Next()).ToArray();
                for (var at = 0; at < arriving.Length;)
                {
                    var piece = arriving[at..Math.Min(arriving.Length, at + random.Next(1, 8))];
                    at += random.Next(4) == 0 ? Math.Max(1, piece.Length / 2) : piece.Length; // some of it comes twice
                    store.Commit("j", at, piece, _ => { });
                    if (random.Next(10) != 0) continue;
                    store.Dispose();
                    store = Open(isPostgres);
                }

                Compare(store, alerts, inOrder, seed);

                // Then some are taken back, some are suppressed no more, and some turn out to have gone on for longer.
                var changed = alerts.Where(_ => random.Next(4) == 0).Select(a => Changed(a, random)).ToArray();
                store.Commit("j", 1000, changed, _ => { });
                Compare(store, [.. store.Alerts(int.MaxValue).Where(a => a.Id.StartsWith($"{seed}-", StringComparison.Ordinal))], false, seed);
            }
        }
        finally
        {
            store.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_that_turn_out_to_be_one_are_merged_into_the_older(bool isPostgres)
    {
        using var store = Open(isPostgres);
        Commit(store, Stored.Alert("a", 0, 2, "r1", title: "First", entities: ("pod", "p")), Stored.Alert("b", 5, 3, "r2", title: "Second", strategy: "s", entities: ("identity", "i")));
        var (first, second) = (IncidentGrouping.IdOf("a"), IncidentGrouping.IdOf("b"));
        Assert.Equal([second, first], store.Find(new IncidentQuery()).Select(i => i.Id));

        Commit(store, Stored.Alert("c", 10, 1, "r3", isCorrelation: true, entities: [("pod", "p"), ("identity", "i")]));
        var one = Assert.Single(store.Find(new IncidentQuery()));
        Assert.Equal((first, "Second, and 1 more", 3, 3L, IncidentStatus.Open, Stored.Start, Stored.Start.AddMinutes(10)), (one.Id, one.Title, one.Level, one.Count, one.Status, one.Start, one.End));
        Assert.Equal((first, IncidentStatus.Merged), (store.FindIncident(second)!.MergedInto, store.FindIncident(second)!.Status));
        Assert.Equal(["a", "b", "c"], store.AlertsOf(first, 10).Select(a => a.Id));
        Assert.Equal(["c", "b", "a"], store.Find(new AlertQuery { Incident = first }).Select(a => a.Id));

        // What tied them is taken back.
        Commit(store, Stored.Alert("c", 10, 1, "r3", status: "retracted", isCorrelation: true, entities: [("pod", "p"), ("identity", "i")]));
        Assert.Equal([second, first], store.Find(new IncidentQuery()).Select(i => i.Id));
        Assert.Null(store.FindIncident(second)!.MergedInto);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_suppressed_joins_nothing_until_it_is_lifted_and_what_is_taken_back_leaves(bool isPostgres)
    {
        using var store = Open(isPostgres);
        Commit(store, Stored.Alert("a", 0, suppressedBy: "known", isCorrelation: true, entities: ("pod", "p")));
        Assert.Empty(store.Find(new IncidentQuery { Statuses = [] }));

        var lifted = Stored.Alert("a", 0, isCorrelation: true, entities: ("pod", "p"));
        Commit(store, lifted with { Json = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(lifted.Json)[..^1] + ",\"suppression_lifted\":{\"suppression\":\"known\",\"by\":\"b\"}}") });
        Assert.Equal(1, Assert.Single(store.Find(new IncidentQuery())).Count);

        Commit(store, Stored.Alert("a", 0, status: "retracted", isCorrelation: true, entities: ("pod", "p")));
        Assert.Empty(store.Find(new IncidentQuery()));
        Assert.Equal(0, Assert.Single(store.Find(new IncidentQuery { Statuses = [IncidentStatus.Retracted] })).Count);
        Assert.Null(store.FindAlert("a")!.Incident);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_part_of_a_query_narrows_it_and_pages_follow_each_other(bool isPostgres)
    {
        using var store = Open(isPostgres);
        Commit(store, [.. Enumerable.Range(0, 9).Select(i => Stored.Alert($"a{i}", i, i % 5, strategy: i == 3 ? "s" : null, reason: $"Reason {i}", entities: ("pod", $"p{i}")))]);
        string[] Titles(IncidentQuery query) => [.. store.Find(query).Select(i => store.AlertsOf(i.Id, 1)[0].Id)];

        Assert.Equal(["a8", "a4", "a3"], Titles(new IncidentQuery { LowestLevel = 3 }));
        Assert.Equal(["a3"], Titles(new IncidentQuery { Strategy = "s" }));
        Assert.Equal(["a7"], Titles(new IncidentQuery { Entity = new StoredEntity("pod", "p7") }));
        Assert.Equal(["a5"], Titles(new IncidentQuery { Text = "reason 5" }));
        Assert.Equal(["a2", "a1"], Titles(new IncidentQuery { Since = Stored.Start.AddMinutes(1), Until = Stored.Start.AddMinutes(3) }));
        var page = store.Find(new IncidentQuery { Most = 5 });
        Assert.Equal(["a3", "a2", "a1", "a0"], Titles(new IncidentQuery { Before = new AlertCursor(page[^1].End, page[^1].Id) }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_came_long_ago_goes_whatever_time_it_says_and_an_incident_goes_as_a_whole(bool isPostgres)
    {
        using var store = Open(isPostgres);
        var (first, later) = (Stored.Start.AddYears(1), Stored.Start.AddYears(1).AddDays(10));
        Commit(store, Stored.Alert("old", -1e8, entities: ("pod", "q")), Stored.Alert("a", 0, entities: ("pod", "p")), Stored.Alert("s", 1e6, suppressedBy: "known"), Stored.Alert("future", 1e8));
        Assert.Equal((0, 0), store.RemoveOld(first, first.AddDays(-5)));
        Commit(store, Stored.Alert("b", 5, entities: ("pod", "p")));

        Assert.Equal((3, 2), store.RemoveOld(later, later.AddDays(-5)));
        Assert.Equal(["b", "a"], store.Find(new AlertQuery()).Select(a => a.Id));
        Assert.Equal((0, 0), store.RemoveOld(later, later.AddDays(-5)));
        Assert.Equal((2, 1), store.RemoveOld(later.AddDays(9), later.AddDays(1)));
        Assert.Equal((0, 0), (store.AlertCount, store.Find(new IncidentQuery { Statuses = [] }).Count));
    }

    [Fact]
    public void An_incident_that_grows_large_takes_no_longer_for_each_alert()
    {
        using var store = Open(false);
        var alerts = Enumerable.Range(0, 4000).Select(i => Stored.Alert($"a{i:0000}", i / 100.0, entities: ("pod", "p"))).ToArray();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Commit(store, alerts[..1000]);
        var first = watch.Elapsed;
        Commit(store, alerts[1000..3000]);
        watch.Restart();
        foreach (var piece in alerts[3000..].Chunk(10)) Commit(store, piece);
        TestContext.Current.SendDiagnosticMessage($"the first 1,000 alerts {first.TotalMilliseconds:F0} ms, the fourth in commits of 10 {watch.ElapsedMilliseconds} ms");
        Assert.Equal(4000, Assert.Single(store.Find(new IncidentQuery())).Count);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, (first.TotalSeconds * 5) + 2);
    }

    private static void Commit(SqlStore store, params StoredAlert[] alerts) => store.Commit("j", 1, alerts, _ => { });

    private static void Compare(SqlStore store, IReadOnlyList<StoredAlert> alerts, bool withIds, int seed)
    {
        var expected = IncidentGrouping.Tie(alerts.Select(a => TiedAlert.Read(a.Id, a.Time, a.Json)).Where(a => !a.IsApart)).Select(g => string.Join(' ', g.Select(a => a.Id))).Order(StringComparer.Ordinal).ToArray();
        var prefix = $"{seed}-";
        var incidents = store.Find(new IncidentQuery { Most = 1000 }).Select(i => (Incident: i, Alerts: store.AlertsOf(i.Id, int.MaxValue))).Where(i => i.Alerts[0].Id.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        Assert.Equal(expected, incidents.Select(i => string.Join(' ', i.Alerts.Select(a => a.Id))).Order(StringComparer.Ordinal));
        Assert.All(incidents, i => Assert.True(i.Incident.Count == i.Alerts.Count && i.Incident.Start == i.Alerts.Min(a => a.Time), $"seed {seed}"));
        foreach (var (incident, its) in incidents)
        {
            var whole = IncidentGrouping.Of(null, [.. its.Select(a => Waterguard.Alerting.Output.AlertReading.Read(a.Json, _ => null))], new Dictionary<string, (DateTimeOffset, DateTimeOffset)>(StringComparer.Ordinal));
            Assert.Equal((whole.Title, (int)whole.Level, whole.Risk, whole.End), (incident.Title, incident.Level, incident.Risk, incident.End));
        }

        if (withIds) Assert.All(incidents, i => Assert.Equal(IncidentGrouping.IdOf(i.Alerts[0].Id), i.Incident.Id));
    }

    private static StoredAlert[] Some(Random random, string prefix) => [.. Enumerable.Range(0, 40).Select(i =>
    {
        var minute = random.Next(600);
        var names = Enumerable.Range(0, random.Next(3)).Select(_ => (random.Next(3) == 0 ? "image" : "pod", $"{prefix}{random.Next(6)}")).Distinct().ToArray();
        var alert = Stored.Alert(string.Create(CultureInfo.InvariantCulture, $"{prefix}{i:00}"), minute, random.Next(5), $"r{random.Next(5)}", title: $"T{random.Next(3)}", suppressedBy: random.Next(8) == 0 ? "known" : null, isCorrelation: true, entities: names);
        return random.Next(3) == 0 ? Lasting(alert, random.Next(300)) : alert;
    })];

    private static StoredAlert Changed(StoredAlert alert, Random random) => random.Next(3) switch
    {
        0 => With(alert, "\"status\":\"open\"", "\"status\":\"retracted\""),
        1 => With(With(alert, "\"suppressed_by\":\"known\"", "\"suppressed_by\":null"), "\"revision\":1", "\"suppression_lifted\":{\"suppression\":\"known\",\"by\":\"x\"},\"revision\":1"),
        _ => With(Lasting(alert, random.Next(300)), "\"event_count\":1", "\"event_count\":2"),
    };

    private static StoredAlert Lasting(StoredAlert alert, int minutes) =>
        With(alert, "\"window\":null", $"\"window\":{{\"start\":\"{alert.Time:O}\",\"end\":\"{alert.Time.AddMinutes(minutes):O}\"}}");

    private static StoredAlert With(StoredAlert alert, string old, string now) => alert with { Json = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(alert.Json).Replace(old, now, StringComparison.Ordinal)) };

    private SqlStore Open(bool isPostgres) => isPostgres ? PostgresStore.Open(_connection ??= server.NewDatabase()) : SqliteStore.Open(_folder.Path);
}
