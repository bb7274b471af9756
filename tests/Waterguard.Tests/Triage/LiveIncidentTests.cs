using System.Text;
using System.Text.Json;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;
using Waterguard.Tests.Storage;
using Waterguard.Triage;
using Xunit;

namespace Waterguard.Tests.Triage;

public sealed class LiveIncidentTests
{
    private static readonly Dictionary<string, (DateTimeOffset From, DateTimeOffset To)> Delivered = new(StringComparer.Ordinal) { ["s"] = (Stored.Start.AddMinutes(2), Stored.Start.AddHours(1)) };

    [Fact]
    public void An_incident_of_the_store_is_written_as_a_scan_of_its_alerts_writes_it()
    {
        using var folder = Repository.Folder();
        using var store = SqliteStore.Open(folder.Path);
        StoredAlert[] alerts = [Stored.Alert("a", 0, 2, "r1", strategy: "x", entities: ("pod", "p")), Stored.Alert("b", 5, 3, "r2", title: "Worst", entities: [("pod", "p"), ("identity", "i")]), Stored.Alert("c", 6, 3, "r2", title: "Worst", entities: ("identity", "i"))];
        store.Commit("j", 1, alerts, _ => { });

        var id = Assert.Single(store.Find(new IncidentQuery())).Id;
        var scanned = Assert.Single(IncidentGrouping.Group(alerts.Select(a => AlertReading.Read(a.Json, _ => null)), Delivered));
        Assert.Equal(Written(w => IncidentJson.Write(scanned, w)), Written(w => Assert.True(LiveIncidents.TryWrite(store, id, _ => null, null, Delivered, w))));
        Assert.False(LiveIncidents.TryWrite(store, "nothing", _ => null, null, Delivered, new Utf8JsonWriter(Stream.Null)));
        Assert.Contains("\"missing_sources\":[{\"source\":\"s\"", Written(w => IncidentJson.Write(scanned, w)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alert_that_is_read_back_is_written_as_it_was()
    {
        var written = Stored.Alert("a", 3, 2, "r", strategy: "x", suppressedBy: "known", entities: ("pod", "p")).Json;
        var once = Written(w => AlertJson.Write(AlertReading.Read(written, _ => null), w));
        Assert.Equal(once, Written(w => AlertJson.Write(AlertReading.Read(Encoding.UTF8.GetBytes(once), _ => null), w)));
        Assert.Contains("\"pod\":[\"p\"]", once, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => AlertReading.Read("{}"u8.ToArray(), _ => null));
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
