using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;

namespace Waterguard.Investigation;

/// <summary>An investigation in JSON, in parts: one form for the API, the tool and the response.</summary>
internal static class InvestigationJson
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 };

    /// <summary>Whom it is about, in which time, what the alerts say, and the question for other stores.</summary>
    public static JsonObject Of(Subject subject) => new()
    {
        ["id"] = subject.Id, ["title"] = subject.Title, ["from"] = AlertJson.Time(subject.From), ["to"] = AlertJson.Time(subject.To), ["shortened"] = subject.IsShortened,
        ["names"] = List(subject.Names, Of), ["names_left_out"] = subject.LeftOut,
        ["timeline"] = List(subject.Steps, s => new JsonObject { ["time"] = AlertJson.Time(s.Time), ["what"] = s.What, ["alert"] = s.Alert }),
        ["queries"] = List(SameQuestion.All(subject), q => new JsonObject { ["language"] = q.Language, ["text"] = q.Text, ["names_left_out"] = q.LeftOut }),
    };

    /// <summary>When each source told of something, and when it did not.</summary>
    public static void Add(JsonObject to, Deliveries deliveries)
    {
        to["sources"] = List(deliveries.Sources, s => new JsonObject { ["source"] = s.Source, ["records"] = s.Records });
        to["gaps"] = List(deliveries.Gaps(), g => new JsonObject { ["source"] = g.Source, ["from"] = AlertJson.Time(g.From), ["to"] = AlertJson.Time(g.To) });
    }

    /// <summary>What was looked through.</summary>
    public static void Add(JsonObject to, ArchiveLook look)
    {
        (to["files"], to["bytes"], to["unreadable"], to["cut"], to["of_other_times"]) = (look.Search?.Files ?? 0, look.Search?.Bytes ?? 0, look.Search?.Unreadable ?? 0, look.Search?.IsCut ?? false, look.OfOtherTimes);
    }

    /// <summary>One record; secrets in it are hashes, as in the archive.</summary>
    public static JsonObject Of(FoundRecord record) => new()
    {
        ["source"] = record.Hit.Source, ["time"] = record.Time is { } time ? AlertJson.Time(time) : null, ["hour"] = AlertJson.Time(record.Hit.Hour), ["file"] = record.Hit.File, ["line"] = record.Hit.Line,
        ["names"] = List(record.Names, Of), ["raw"] = JsonNode.Parse(record.Hit.Json, null, s_deep),
    };

    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> of) => new([.. items.Select(i => (JsonNode?)of(i))]);

    private static JsonObject Of(SubjectName name) => new() { ["kind"] = name.Kind, ["name"] = name.Name };
}
