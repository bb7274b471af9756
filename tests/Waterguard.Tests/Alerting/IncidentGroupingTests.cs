using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Sigma;
using Waterguard.Tests.Sigma;
using Xunit;

namespace Waterguard.Tests.Alerting;

/// <summary>Alerts that share something become one incident.</summary>
public sealed class IncidentGroupingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Alerts_about_one_container_or_one_identity_are_one_incident_and_others_are_another()
    {
        var incidents = Group(At(0, "container=a identity=ann"), At(5, "container=b identity=ann"), At(9, "container=c identity=bob"));

        Assert.Equal([2, 1], incidents.Select(i => i.Alerts.Length));
        Assert.Equal(["a", "b"], incidents[0].Entities["container"]);
    }

    [Fact]
    public void What_lies_more_than_an_hour_apart_does_not_belong_together()
    {
        Assert.Equal([2, 1], Group(At(0, "pod=p"), At(60, "pod=p"), At(121, "pod=p")).Select(i => i.Alerts.Length));
    }

    [Fact]
    public void Platform_identities_and_the_machine_s_own_address_tie_nothing_together()
    {
        Assert.Equal(4, Group(At(0, "identity=system:node:n1"), At(1, "identity=system:node:n1"), At(2, "address=127.0.0.1"), At(3, "address=127.0.0.1")).Length);
    }

    [Fact]
    public void Four_hundred_short_lived_containers_of_one_image_are_one_incident()
    {
        var incident = Assert.Single(Group([.. Enumerable.Range(0, 400).Select(i => At(i * 8 / 60.0, $"container=c{i} image=evil:1"))]));

        Assert.Equal(400, incident.Alerts.Length);
        var step = Assert.Single(incident.Timeline);
        Assert.Contains("and 399 more like it", step.What, StringComparison.Ordinal);
        Assert.Equal(256, incident.Entities["container"].Length);
    }

    [Fact]
    public void Several_different_things_weigh_more_than_the_heaviest_of_them()
    {
        var one = Assert.Single(Group(At(0, "pod=p", "a", Level.Medium)));
        var many = Assert.Single(Group(At(0, "pod=p", "a", Level.Medium), At(1, "pod=p", "b", Level.Medium), At(2, "pod=p", "c", Level.Medium), At(3, "pod=p", "d", Level.Medium)));

        Assert.Equal((Level.Medium, Level.High), (one.Level, many.Level));
        Assert.True(many.Risk > one.Risk);
        Assert.Equal("a, and 3 more", many.Title);
    }

    [Fact]
    public void The_order_of_the_alerts_does_not_matter()
    {
        var random = new Random(3);
        var alerts = Enumerable.Range(0, 60).Select(i => At(random.Next(300), $"container=c{random.Next(12)} identity=u{random.Next(9)}", $"r{random.Next(4)}")).ToArray();
        var expected = Group(alerts).Select(Text);

        random.Shuffle(alerts);

        Assert.Equal(expected, Group(alerts).Select(Text));
    }

    [Fact]
    public void A_source_that_did_not_deliver_the_incident_s_time_is_named_with_the_part_that_is_missing()
    {
        var delivered = new Dictionary<string, (DateTimeOffset, DateTimeOffset)>(StringComparer.Ordinal)
        {
            ["docker.events"] = (Noon.AddHours(-1), Noon.AddHours(1)), ["kubernetes.audit"] = (Noon.AddHours(-1), Noon.AddMinutes(5)), ["zeek.conn"] = (Noon.AddHours(2), Noon.AddHours(3)),
        };

        var incident = Assert.Single(IncidentGrouping.Group([At(0, "pod=p"), At(10, "pod=p")], delivered));

        Assert.Equal(
            [new MissingSource("kubernetes.audit", Noon.AddMinutes(5), Noon.AddMinutes(10)), new MissingSource("zeek.conn", Noon, Noon.AddMinutes(10))], incident.Missing);
    }

    [Fact]
    public void An_incident_is_written_as_the_contract_has_it()
    {
        var incident = Assert.Single(Group(At(0, "pod=p", "a", Level.High), At(1, "pod=p", "b")));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) IncidentJson.Write(incident, writer);

        var json = JsonDocument.Parse(stream.ToArray()).RootElement;

        string[] keys = ["id", "title", "level", "risk", "status", "start", "end", "strategies", "entities", "alerts", "count", "timeline", "context", "missing_sources"];
        Assert.Equal(keys, json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((2, "high", "open"), (json.GetProperty("count").GetInt32(), json.GetProperty("level").GetString(), json.GetProperty("status").GetString()));
        Assert.Equal(["time", "what", "alert"], json.GetProperty("timeline")[0].EnumerateObject().Select(p => p.Name));
    }

    private static ImmutableArray<Incident> Group(params Alert[] alerts) => IncidentGrouping.Group(alerts, new Dictionary<string, (DateTimeOffset, DateTimeOffset)>(StringComparer.Ordinal));

    private static string Text(Incident incident) => $"{incident.Id} {incident.Title} {string.Join(',', incident.Alerts.Select(a => a.Id))}";

    private static Alert At(double minute, string entities, string rule = "a", Level level = Level.Medium)
    {
        var header = Some.Load([$"title: {rule}\nid: {rule}\nlevel: {level.ToString().ToLowerInvariant()}\nlogsource: {{product: test}}\ndetection: {{s: {{x: y}}, condition: s}}\n"]).Rules[0].Header;
        var named = entities.Split(' ').Select(e => e.Split('=', 2)).ToImmutableSortedDictionary(e => e[0], e => ImmutableArray.Create(e[1]), StringComparer.Ordinal);
        var id = AlertFactory.Identity(rule, entities, minute.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        return new Alert(id, Noon.AddMinutes(minute), header, IsCorrelation: false, null, $"{rule} happened", ImmutableSortedDictionary<string, string>.Empty, null, null, named, [], 1, null);
    }
}
