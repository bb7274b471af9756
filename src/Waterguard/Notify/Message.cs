using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>What is told of an incident. Everything in it comes from stored alerts, which are redacted; names and reasons may still be an adversary's words, and each channel writes them so that they stay words.</summary>
/// <param name="Id">The notification's: the same for each attempt.</param>
/// <param name="Kind"><c>new</c>, <c>update</c>, <c>repeat</c>, <c>escalation</c>, <c>handover</c>, <c>response</c> or <c>test</c>.</param>
/// <param name="Status"><c>open</c>, <c>escalated</c>, <c>acknowledged</c>, <c>closed</c> or <c>retracted</c>.</param>
/// <param name="Alerts">Summaries of its first alerts.</param>
/// <param name="Link">Where people see it; null: nobody has said.</param>
internal sealed record Message(string Id, string Kind, DateTimeOffset At, StoredIncident Incident, string Status, IReadOnlyList<JsonObject> Alerts, string? Link)
{
    /// <summary>Alerts that are told one by one.</summary>
    public const int MostAlerts = 10;

    private const int MostNames = 20;

    /// <summary>What a response has found so far, a sentence each.</summary>
    public IReadOnlyList<string> Found { get; init; } = [];

    public string Level => AlertJson.Name((Level)Incident.Level);

    public string Headline => string.Create(CultureInfo.InvariantCulture, $"[{Level.ToUpperInvariant()}] {Prefix}{Line(Incident.Title, 300)}{(Incident.Count > 1 ? $" ({Incident.Count} alerts)" : "")}");

    public ImmutableArray<string> Strategies => [.. Alerts.Select(a => a["strategy"]?.GetValue<string>()).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Kind of entity -> names, of the alerts that are told.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Entities => Alerts
        .SelectMany(a => a["entities"] as JsonObject ?? [])
        .SelectMany(e => (e.Value as JsonArray ?? []).Select(v => (e.Key, Name: v!.GetValue<string>())))
        .GroupBy(e => e.Key, StringComparer.Ordinal)
        .ToImmutableSortedDictionary(g => g.Key, g => g.Select(e => e.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostNames).ToImmutableArray(), StringComparer.Ordinal);

    private string Prefix => Kind switch { "update" when Status != "open" => Status + ": ", "repeat" => "still open: ", "escalation" => "nobody has acknowledged: ", "handover" => "handed over: ", "response" => "response: ", "test" => "test: ", _ => "" };

    /// <summary>The generic form.</summary>
    public JsonObject Json()
    {
        var entities = new JsonObject();
        foreach (var (kind, names) in Entities) entities[kind] = new JsonArray([.. names.Select(n => (JsonNode?)n)]);
        return new JsonObject
        {
            ["id"] = Id, ["kind"] = Kind, ["time"] = AlertJson.Time(At), ["link"] = Link,
            ["incident"] = new JsonObject
            {
                ["id"] = Incident.Id, ["title"] = Incident.Title, ["level"] = Level, ["risk"] = Incident.Risk, ["status"] = Status, ["start"] = AlertJson.Time(Incident.Start), ["end"] = AlertJson.Time(Incident.End), ["count"] = Incident.Count,
                ["strategies"] = new JsonArray([.. Strategies.Select(s => (JsonNode?)s)]), ["entities"] = entities,
            },
            ["alerts"] = new JsonArray([.. Alerts.Take(MostAlerts).Select(a => (JsonNode?)a.DeepClone())]),
            ["found"] = new JsonArray([.. Found.Select(f => (JsonNode?)f)]),
        };
    }

    /// <summary>For people: a line each, without control characters.</summary>
    public string Text()
    {
        var text = new StringBuilder(Headline).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"incident {Incident.Id}, risk {Incident.Risk}, {Status}, {AlertJson.Time(Incident.Start)} to {AlertJson.Time(Incident.End)}\n");
        foreach (var alert in Alerts.Take(MostAlerts)) text.Append(CultureInfo.InvariantCulture, $"- {alert["time"]} {Line(alert["title"]?.GetValue<string>() ?? "", 200)}: {Line(alert["reason"]?.GetValue<string>() ?? "", 500)}\n");
        if (Incident.Count > MostAlerts) text.Append(CultureInfo.InvariantCulture, $"and {Incident.Count - MostAlerts} more\n");
        foreach (var sentence in Found) text.Append(CultureInfo.InvariantCulture, $"found: {Line(sentence, 500)}\n");
        foreach (var (kind, names) in Entities) text.Append(CultureInfo.InvariantCulture, $"{kind}: {Line(string.Join(", ", names), 400)}\n");
        if (Link is not null) text.Append(Link).Append('\n');
        return text.ToString();
    }

    /// <summary>A text as one line of bounded length.</summary>
    public static string Line(string text, int most)
    {
        var line = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= most) return line.Append('…').ToString();
            // Marks that turn the direction of writing around would let a name pose as another.
            line.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? " " : rune.ToString());
        }

        return line.ToString();
    }
}
