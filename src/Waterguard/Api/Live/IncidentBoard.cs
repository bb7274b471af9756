using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Api.Routing;
using Waterguard.Storage;
using Waterguard.Triage;

namespace Waterguard.Api.Live;

/// <summary>Incidents of the newest stored alerts, with what people have done about them. Thread-safe.</summary>
/// <remarks>They are grouped as a scan groups them, anew when alerts have come. What is older than the newest so many alerts is not among them.</remarks>
internal sealed class IncidentBoard(ApiParts parts, IncidentWork work)
{
    /// <summary>Alerts that are grouped.</summary>
    public const int MostAlerts = 5000;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_stale = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private ImmutableArray<Incident> _incidents = [];
    private DateTimeOffset _at = DateTimeOffset.MinValue;
    private long _touched;
    private int _swaps = -1;

    /// <summary>Whether alerts were left out because there are more than are grouped.</summary>
    public bool IsCut { get; private set; }

    /// <summary>An alert comes, or becomes another. It is in the store a moment later.</summary>
    public void Touch() => Interlocked.Exchange(ref _touched, parts.Time.GetUtcNow().UtcTicks);

    /// <summary>All of them, newest activity first.</summary>
    public ImmutableArray<Incident> All()
    {
        lock (_lock)
        {
            var now = parts.Time.GetUtcNow();
            var isNew = _at.UtcTicks <= Interlocked.Read(ref _touched) + s_settles.Ticks || now - _at > s_stale || _swaps != parts.Swaps;
            if (!isNew || (now - _at < s_fresh && _swaps == parts.Swaps)) return _incidents;
            var reading = new StoredAlertReading(parts.Generation);
            var alerts = new List<Alerting.Alert>();
            AlertCursor? before = null;
            AlertStatus[] told = [AlertStatus.Open, AlertStatus.Amended];
            while (alerts.Count < MostAlerts && parts.Alerts.Find(new AlertQuery { Before = before, Most = 500, Suppressed = false, Statuses = told }) is { Count: > 0 } some)
            {
                alerts.AddRange(some.Select(reading.Read));
                before = new AlertCursor(some[^1].Time, some[^1].Id);
            }

            IsCut = alerts.Count >= MostAlerts;
            (_at, _swaps) = (now, parts.Swaps);
            return _incidents = [.. IncidentGrouping.Group(alerts, ImmutableDictionary<string, (DateTimeOffset, DateTimeOffset)>.Empty).OrderByDescending(i => i.End).ThenByDescending(i => i.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>One; refused where there is none.</summary>
    public Incident Get(string id) => All().FirstOrDefault(i => i.Id == id) ?? throw RefusedException.Missing("There is no incident of that id.");

    /// <summary>What a list shows of it.</summary>
    public JsonObject Summary(Incident incident)
    {
        var entities = new JsonObject();
        foreach (var (kind, names) in incident.Entities) entities[kind] = new JsonArray([.. names.Take(20).Select(n => (JsonNode?)n)]);
        var summary = new JsonObject
        {
            ["id"] = incident.Id, ["title"] = incident.Title, ["level"] = AlertJson.Name(incident.Level), ["risk"] = incident.Risk, ["start"] = AlertJson.Time(incident.Start), ["end"] = AlertJson.Time(incident.End),
            ["strategies"] = new JsonArray([.. incident.Strategies.Select(s => (JsonNode?)s)]), ["entities"] = entities, ["count"] = incident.Alerts.Length,
        };
        work.Of(incident.Id).AddTo(summary);
        return summary;
    }

    /// <summary>All of it, in the contract's form, and what people have done.</summary>
    public JsonObject Whole(Incident incident)
    {
        // Who was it? The census knows, unless it is too busy to say.
        parts.Judgement.TryLook(TimeSpan.FromSeconds(2), correlations => incident = Dossiers.Fill([incident], correlations.Census.Census)[0]);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) IncidentJson.Write(incident, writer);
        var json = JsonNode.Parse(stream.ToArray())!.AsObject();
        work.Of(incident.Id).AddTo(json);
        return json;
    }
}
