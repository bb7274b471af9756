using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Live;

/// <summary>Silences: a person, for a time. What they match is marked with them wherever it is told; nothing is hidden or dropped. Thread-safe.</summary>
internal sealed class Silences(DocumentShelf shelf, TimeProvider time)
{
    private const string Kind = "silence";
    private const int MostKept = 1000;
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(90);
    private IReadOnlyList<(string Id, DateTimeOffset Until, (string Field, string Value)[] Matchers)>? _inForce;

    public static Shape Body { get; } = Shape.Of(("matchers", Shape.List(Shape.Of(("field", Shape.Text), ("value", Shape.Text)), 20)), ("until", Shape.Time), ("reason", Shape.Text));

    /// <summary>The fields that a silence can match.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["rule", "title", "level", "strategy", .. Alerting.Alert.EntityKinds.Select(k => "entity." + k)];

    public (JsonObject Json, long Revision)? Find(string id) => shelf.Find(Kind, id);

    public IReadOnlyList<(string Id, JsonObject Json, long Revision)> List(string? after, int most) => shelf.List(Kind, after, most);

    /// <summary>The silence that an alert is under; null: none.</summary>
    public string? Find(JsonObject summary, DateTimeOffset now)
    {
        var inForce = _inForce ??= [.. shelf.All(Kind).Take(MostKept).Select(d => (d.Id, d.Json["until"]!.GetValue<DateTimeOffset>(), d.Json["matchers"]!.AsArray().Select(m => (m!["field"]!.GetValue<string>(), m["value"]!.GetValue<string>())).ToArray()))];
        return inForce.Where(s => now < s.Until && s.Matchers.All(m => Fits(summary, m.Field, m.Value))).Select(s => s.Id).FirstOrDefault();
    }

    public (string Id, JsonObject Json, long Revision) Add(JsonObject body, Caller by)
    {
        var until = Checked(body);
        if (shelf.All(Kind).Skip(MostKept - 1).Any()) throw new RefusedException(409, "Conflict", $"There are {MostKept} silences: end some.");
        var id = Tokens.MakeId();
        var json = body.DeepClone().AsObject();
        (json["id"], json["until"], json["made_by"], json["made"]) = (id, AlertJson.Time(until), by.Name, AlertJson.Time(time.GetUtcNow()));
        var revision = shelf.Put(Kind, id, json, 0, by, "silence.made", new JsonObject { ["silence"] = json.DeepClone() });
        _inForce = null;
        return (id, Find(id)?.Json ?? json, revision);
    }

    /// <summary>Makes one another; who made it stays with it.</summary>
    public (JsonObject Json, long Revision) Change(string id, JsonObject body, long? expected, Caller by)
    {
        if (Find(id) is not var (before, _)) throw RefusedException.Missing("There is no silence of that id.");
        var until = Checked(body);
        var json = body.DeepClone().AsObject();
        (json["id"], json["until"], json["made_by"], json["made"]) = (id, AlertJson.Time(until), before["made_by"]?.DeepClone(), before["made"]?.DeepClone());
        (json["changed_by"], json["changed"]) = (by.Name, AlertJson.Time(time.GetUtcNow()));
        var revision = shelf.Put(Kind, id, json, expected, by, "silence.changed", new JsonObject { ["silence"] = json.DeepClone(), ["before"] = before.DeepClone() });
        _inForce = null;
        return (Find(id)?.Json ?? json, revision);
    }

    public void Remove(string id, long? expected, Caller by)
    {
        if (Find(id) is not var (json, _)) throw RefusedException.Missing("There is no silence of that id.");
        shelf.Remove(Kind, id, expected, by, "silence.ended", new JsonObject { ["silence"] = json.DeepClone() });
        _inForce = null;
    }

    private DateTimeOffset Checked(JsonObject body)
    {
        if (!DateTimeOffset.TryParse(body["until"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var until) || until <= time.GetUtcNow() || until > time.GetUtcNow() + s_longest)
            throw RefusedException.Bad($"'until' is a time within the next {s_longest.Days} days.");
        var matchers = body["matchers"]!.AsArray();
        if (matchers.Count == 0) throw RefusedException.Bad("A silence matches something: 'matchers' is empty.");
        if (matchers.Select(m => m!["field"]!.GetValue<string>()).FirstOrDefault(f => !Fields.Contains(f, StringComparer.Ordinal)) is not null) throw RefusedException.Bad($"The field of a matcher is one of {string.Join(", ", Fields)}.");
        if (body["reason"]!.GetValue<string>().Trim().Length == 0) throw RefusedException.Bad("A silence has a 'reason'.");
        return until;
    }

    private static bool Fits(JsonObject summary, string field, string value) => field switch
    {
        "rule" => summary["rule"]?["id"]?.GetValue<string>() == value || summary["rule"]?["name"]?.GetValue<string>() == value,
        _ when field.StartsWith("entity.", StringComparison.Ordinal) => summary["entities"]?[field[7..]] is JsonArray names && names.Any(n => n?.GetValue<string>() == value),
        _ => summary[field] is JsonValue text && text.TryGetValue<string>(out var said) && said == value,
    };
}
