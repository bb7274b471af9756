using System.Text;
using Waterguard.Storage;
using Waterguard.Storage.Sql;
using Xunit;

namespace Waterguard.Tests.Storage;

/// <summary>What holds of a store in whichever database.</summary>
public abstract class StoreTests : IDisposable
{
    private readonly Lazy<SqlStore> _store;

    protected StoreTests() => _store = new(Open);

    protected SqlStore Store => _store.Value;

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The same store each time.</summary>
    protected abstract SqlStore Open();

    /// <summary>A statement past the store.</summary>
    protected abstract void Tamper(string text);

    protected virtual void Dispose(bool disposing)
    {
    }

    protected int Commit(params StoredAlert[] alerts) => Store.Commit("j", 1, alerts, _ => { });

    [Fact]
    public void Consuming_the_same_piece_twice_changes_nothing_and_tells_nobody_again()
    {
        var told = new List<string>();
        Assert.Equal(1, Store.Commit("j", 5, [Stored.Alert("a")], a => told.Add(a.Id)));
        Assert.Equal(0, Store.Commit("j", 5, [Stored.Alert("a")], a => told.Add(a.Id)));
        Assert.Equal(["a"], told);
        Assert.Equal(5, Store.ConsumedOf("j"));
        Assert.Equal(0, Store.ConsumedOf("another"));
    }

    [Fact]
    public void An_incident_that_changes_is_noted_with_the_change_and_decided_once()
    {
        Commit(Stored.Alert("a", entities: ("pod", "x/y")));
        var change = Assert.Single(Store.Changes(10));
        Commit(Stored.Alert("b", entities: ("pod", "x/y")));
        var made = new StoredNotification("n1", change.Incident, "c", NotificationState.Waiting, Stored.Start.AddMinutes(1), Stored.Start, "{}"u8.ToArray());
        Assert.False(Store.Decide(change, [made]));
        Assert.Empty(Store.NotificationsOf(change.Incident));
        Assert.True(Store.Decide(Assert.Single(Store.Changes(10)), [made]));
        Assert.Empty(Store.Changes(10));
        Store.Put("incident", change.Incident, "{}"u8.ToArray(), null, Stored.Entry());
        Assert.Equal(change.Incident, Assert.Single(Store.Changes(10)).Incident);

        Assert.Empty(Store.Due(Stored.Start, 10));
        Assert.Equal("n1", Assert.Single(Store.Due(Stored.Start.AddMinutes(1), 10)).Id);
        Store.Keep([made with { State = NotificationState.Dead }]);
        Assert.Empty(Store.Due(Stored.Start.AddDays(1), 10));
        Assert.Equal(NotificationState.Dead, Assert.Single(Store.Find(NotificationState.Dead, null, 10)).State);
        Assert.Equal(1, Store.CountNotifications()[NotificationState.Dead]);
        Store.RemoveOld(Stored.Start.AddDays(1), Stored.Start);
        Store.RemoveOld(Stored.Start.AddDays(500), Stored.Start.AddDays(400));
        Assert.Empty(Store.Find(null, null, 10));
        Assert.Empty(Store.Changes(10));
    }

    [Fact]
    public void Another_stage_of_a_record_joins_its_alert()
    {
        var told = 0;
        Store.Commit("j", 1, [Stored.Alert("a")], _ => told++);
        Store.Commit("j", 2, [Stored.Alert("a", record: "e2"), Stored.Alert("a", record: "e3")], _ => told++);

        var text = Encoding.UTF8.GetString(Assert.Single(Store.Alerts(10)).Json);
        Assert.Contains("e1", text, StringComparison.Ordinal);
        Assert.Contains("e3", text, StringComparison.Ordinal);
        Assert.Contains("\"event_count\":3", text, StringComparison.Ordinal);
        Assert.Equal(3, told);
    }

    [Fact]
    public void When_telling_fails_nothing_is_stored()
    {
        Assert.Throws<IOException>(() => Store.Commit("j", 1, [Stored.Alert("a")], _ => throw new IOException("pipe")));
        Assert.Equal(0, Store.AlertCount);
        Assert.Equal(0, Store.ConsumedOf("j"));
    }

    [Fact]
    public void State_is_kept_key_by_key_and_what_is_said_last_of_a_key_holds()
    {
        Assert.Null(Store.StateOf("j"));
        Store.Commit("j", 7, [], _ => { }, State(6, ("o", 1, "a"), ("o", 2, "b"), ("o", 1, "c"), ("p", 1, "d")));
        Store.Commit("j", 8, [], _ => { }, State(7, ("o", 2, null), ("p", 1, "e")));

        var state = Store.StateOf("j")!;
        Assert.Equal(7, state.Position);
        Assert.Equal(0, Store.StateOf("another")!.Position);
        Assert.Equal(["o 1 c", "p 1 e"], state.Keys.Select(k => $"{k.Owner} {k.Key} {Encoding.UTF8.GetString(k.Value!.Value.Span)}").Order(StringComparer.Ordinal));
        Assert.Equal("part", Encoding.UTF8.GetString(state.Parts["p"].Span));
    }

    [Fact]
    public void Ten_thousand_keys_of_state_are_committed_in_less_than_a_second()
    {
        var keys = Enumerable.Range(0, 10_000).Select(i => new StoredKey("owner", (UInt128)i << 64, new byte[100])).ToArray();
        Store.Commit("j", 1, [], _ => { });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Store.Commit("j", 2, [], _ => { }, new StoredState(2, new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal), keys));
        TestContext.Current.SendDiagnosticMessage($"{GetType().Name}: 10,000 keys in {watch.ElapsedMilliseconds} ms");
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
        Assert.Equal(10_000, Store.StateOf("j")!.Keys.Count);
    }

    [Fact]
    public void What_was_stored_is_there_when_it_is_opened_again()
    {
        Commit(Stored.Alert("a"));
        Store.Put("k", "d", "{}"u8.ToArray(), 0, Stored.Entry());
        using var again = Open();
        Assert.Equal("a", Assert.Single(again.Find(new AlertQuery())).Id);
        Assert.Equal(1, again.ConsumedOf("j"));
        Assert.NotNull(again.Find("k", "d"));
    }

    private static StoredState State(long position, params (string Owner, int Key, string? Value)[] keys) => new(
        position, new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { ["p"] = "part"u8.ToArray() },
        [.. keys.Select(k => new StoredKey(k.Owner, (UInt128)k.Key, k.Value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(k.Value)))]);

    [Fact]
    public void Every_part_of_a_query_narrows_it()
    {
        Commit(
            Stored.Alert("a", 0, 1, "r1", strategy: "s1", title: "Größe", entities: [("pod", "default/web"), ("identity", "anna")]),
            Stored.Alert("b", 10, 3, "r2", suppressedBy: "known", entities: [("identity", "anna")]),
            Stored.Alert("c", 20, 4, "r2", status: "retracted", reason: "100% _sure", entities: [("address", "10.0.0.1")]));

        Assert.Equal(["c", "b", "a"], Ids(new AlertQuery()));
        Assert.Equal(["c", "b"], Ids(new AlertQuery { LowestLevel = 3 }));
        Assert.Equal(["c", "b"], Ids(new AlertQuery { Rules = ["r2", "r9"] }));
        Assert.Equal(["a"], Ids(new AlertQuery { Strategy = "s1" }));
        Assert.Equal(["c"], Ids(new AlertQuery { Statuses = [AlertStatus.Retracted] }));
        Assert.Equal(["b"], Ids(new AlertQuery { Suppressed = true }));
        Assert.Equal(["c", "a"], Ids(new AlertQuery { Suppressed = false }));
        Assert.Equal(["b"], Ids(new AlertQuery { Since = Stored.Start.AddMinutes(10), Until = Stored.Start.AddMinutes(20) }));
        Assert.Equal(["b", "a"], Ids(new AlertQuery { Entity = new StoredEntity("identity", "anna") }));
        Assert.Empty(Ids(new AlertQuery { Entity = new StoredEntity("pod", "anna") }));
        Assert.Equal(["a"], Ids(new AlertQuery { Text = "GRÖSSE".Replace("SS", "ß", StringComparison.Ordinal) }));
        Assert.Equal(["a"], Ids(new AlertQuery { Text = "DEFAULT/w" }));
        Assert.Equal(["c"], Ids(new AlertQuery { Text = "0% _" }));
        Assert.Empty(Ids(new AlertQuery { Text = "' OR 1=1 --" }));
    }

    [Fact]
    public void Pages_follow_each_other_without_a_gap_also_where_times_are_equal()
    {
        Commit([.. Enumerable.Range(0, 25).Select(i => Stored.Alert($"a{i:00}", i / 10))]);
        var seen = new List<string>();
        AlertCursor? before = null;
        while (Store.Find(new AlertQuery { Before = before, Most = 4 }) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(a => a.Id));
            before = new AlertCursor(page[^1].Time, page[^1].Id);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"a{i:00}").Reverse(), seen);
    }

    [Fact]
    public void What_is_looked_for_by_follows_an_alert_that_becomes_another()
    {
        Commit(Stored.Alert("a", isCorrelation: true, entities: [("pod", "one")]));
        Commit(Stored.Alert("a", isCorrelation: true, events: 2, reason: "more of it", entities: [("pod", "two")]));
        Assert.Equal(["a"], Ids(new AlertQuery { Statuses = [AlertStatus.Amended], Text = "more of", Entity = new StoredEntity("pod", "two") }));
        Assert.Empty(Ids(new AlertQuery { Entity = new StoredEntity("pod", "one") }));
        Commit(Stored.Alert("a", isCorrelation: true, events: 2, status: "retracted"));
        Assert.Equal(["a"], Ids(new AlertQuery { Statuses = [AlertStatus.Retracted] }));
    }

    [Fact]
    public void Names_that_somebody_made_long_or_strange_are_kept_and_found()
    {
        var (zero, endless) = ("a\0b", new string('ü', 20_000));
        Commit(Stored.Alert("a", reason: "\0\ud800", entities: [("identity", zero), ("identity", endless), ("identity", endless + "!")]));
        Assert.Equal(["a"], Ids(new AlertQuery { Entity = new StoredEntity("identity", zero) }));
        Assert.Equal(["a"], Ids(new AlertQuery { Entity = new StoredEntity("identity", endless) }));
        Assert.Empty(Ids(new AlertQuery { Entity = new StoredEntity("identity", endless + "?") }));
    }

    [Fact]
    public void A_trend_counts_by_hour_and_level()
    {
        Commit(Stored.Alert("a"), Stored.Alert("b", 59), Stored.Alert("c", 60), Stored.Alert("d", 61, suppressedBy: "x"), Stored.Alert("e", 61, level: 1), Stored.Alert("f", status: "retracted"));
        Assert.Equal(
            [new TrendPoint(Stored.Start, 3, 2, 0), new TrendPoint(Stored.Start.AddHours(1), 1, 1, 0), new TrendPoint(Stored.Start.AddHours(1), 3, 1, 1)],
            Store.Trend(Stored.Start, Stored.Start.AddHours(2), TimeSpan.FromHours(1)));
        Assert.Throws<ArgumentException>(() => Store.Trend(Stored.Start, Stored.Start.AddYears(2), TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_document_is_replaced_only_where_the_expected_revision_stands()
    {
        Assert.Equal(new PutOutcome(true, 1), Store.Put("k", "d", "{\"a\":1}"u8.ToArray(), 0, Stored.Entry()));
        Assert.Equal(new PutOutcome(false, 1), Store.Put("k", "d", "{}"u8.ToArray(), 0, Stored.Entry()));
        Assert.Equal(new PutOutcome(true, 2), Store.Put("k", "d", "{\"a\":2}"u8.ToArray(), 1, Stored.Entry()));
        Assert.Equal(new PutOutcome(false, 2), Store.Remove("k", "d", 1, Stored.Entry()));
        Assert.Equal("{\"a\":2}", Encoding.UTF8.GetString(Store.Find("k", "d")!.Json));
        Assert.Equal(new PutOutcome(true, 3), Store.Remove("k", "d", 2, Stored.Entry()));
        Assert.Equal(new PutOutcome(false, 0), Store.Remove("k", "d", null, Stored.Entry()));
        Assert.Null(Store.Find("k", "d"));
        Assert.Equal(new PutOutcome(true, 4), Store.Put("k", "d", "{}"u8.ToArray(), null, Stored.Entry()));
        Assert.Equal([4, 3, 2, 1], Store.Audit(long.MaxValue, 10).Select(a => a.Sequence));
        Assert.Equal([2], Store.Audit(3, 1).Select(a => a.Sequence));
    }

    [Fact]
    public void Documents_are_listed_by_id_from_behind_another()
    {
        foreach (var id in new[] { "b", "a", "Z", "ä" }) Store.Put("k", id, "{}"u8.ToArray(), 0, Stored.Entry());
        Store.Put("other", "c", "{}"u8.ToArray(), 0, Stored.Entry());
        Assert.Equal(["Z", "a", "b", "ä"], Store.List("k", null, 10).Select(d => d.Id));
        Assert.Equal(["b"], Store.List("k", "a", 1).Select(d => d.Id));
    }

    [Fact]
    public void What_is_no_document_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Store.Put("k", "", "{}"u8.ToArray(), 0, Stored.Entry()));
        Assert.Throws<ArgumentException>(() => Store.Put("k", new string('x', 401), "{}"u8.ToArray(), 0, Stored.Entry()));
        Assert.Throws<ArgumentException>(() => Store.Put("k", "a\0", "{}"u8.ToArray(), 0, Stored.Entry()));
        Assert.Throws<ArgumentException>(() => Store.Put("k", "a", "{"u8.ToArray(), 0, Stored.Entry()));
        Assert.Throws<ArgumentException>(() => Store.Note(Stored.Entry(detail: "{")));
        Assert.Empty(Store.Audit(long.MaxValue, 10));
    }

    [Fact]
    public void The_audit_is_only_added_to()
    {
        Store.Note(Stored.Entry());
        Assert.ThrowsAny<System.Data.Common.DbException>(() => Tamper("UPDATE audit SET actor = 'nobody'"));
        Assert.ThrowsAny<System.Data.Common.DbException>(() => Tamper("DELETE FROM audit"));
        Assert.Equal("anna", Assert.Single(Store.Audit(long.MaxValue, 10)).Entry.Actor);
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'nobody' WHERE sequence = 2", 2)]
    [InlineData("UPDATE audit SET actor = 'ann', role = 'aresponder' WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM audit WHERE sequence = 1", 1)]
    [InlineData("DELETE FROM audit WHERE sequence = 4", 4)]
    public void What_was_done_to_the_audit_past_its_guard_shows(string text, long at)
    {
        foreach (var i in Enumerable.Range(1, 3)) Store.Note(Stored.Entry(subject: $"a\0{i}"));
        Store.Put("k", "d", "{}"u8.ToArray(), 0, Stored.Entry());
        var sound = Store.CheckAudit();
        Assert.Equal((4, (long?)null), (sound.Entries, sound.BrokenAt));
        Assert.Equal(64, sound.Head.Length);

        TakeGuardAway();
        Tamper(text);
        var broken = Store.CheckAudit();
        Assert.Equal((at, at - 1), (broken.BrokenAt, broken.Entries));
        Assert.NotNull(broken.What);
    }

    /// <summary>As somebody can who owns the database.</summary>
    protected abstract void TakeGuardAway();

    private string[] Ids(AlertQuery query) => [.. Store.Find(query).Select(a => a.Id)];
}
