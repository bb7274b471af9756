using System.Text.Json.Nodes;
using Waterguard.Emulation.Scenarios;
using static Waterguard.Schemas.SchemaParts;

namespace Waterguard.Validation;

/// <summary>The JSON schema of scenario files.</summary>
internal static class ScenarioSchema
{
    private const string Length = "^[0-9]+[smhdwMy]$";

    public static string Json()
    {
        var schema = Closed("One act of an adversary, with what must be found of it and what must not.", new JsonObject
        {
            ["id"] = Formed("Goes into everything that the scenario makes.", "^[a-z][a-z0-9-]{0,79}$"),
            ["kind"] = new JsonObject { ["description"] = "recorded: told as telemetry; live: done on a real engine.", ["enum"] = new JsonArray("recorded", "live"), ["default"] = "recorded" },
            ["claim"] = Text("The sentence that it proves."),
            ["needs"] = List("Live: what the machine must have or allow, beyond an engine.", new JsonObject { ["enum"] = Words(LiveStep.AllNeeds) }),
            ["learn"] = Span("Live: how long its detections learn what is usual, in place of what they say."),
            ["look"] = Span("Live: how far its detections look around, in place of their timespan."),
            ["starts"] = new JsonObject { ["description"] = "When the detonation is said to happen.", ["type"] = "string", ["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", ["default"] = "2026-11-03T10:00:00Z" },
            ["warm_up"] = Steps("What was usual before; told in front of the detonation, of every twin and of every variant."),
            ["detonate"] = Steps("The act."),
            ["expect"] = List("The detections that must fire.", Closed("", new JsonObject { ["rule"] = Text("Its id, name or title."), ["within"] = Span("How long after the detonation at most."), ["shows"] = Text("Live: a text that the alert must have, in place of the id of what was made."), ["becomes"] = Word("Live: the state that the detection must come to be in, in place of an alert.", "degraded", "blind") }, "rule", "within")),
            ["quiet"] = List("Benign twins: none of the expected detections may fire on them.", Part([])),
            ["variants"] = List("Evasive variants.", Part(new JsonObject
            {
                ["caught"] = new JsonObject { ["description"] = "Whether it is caught; false names a blind spot.", ["type"] = "boolean", ["default"] = true },
                ["reason"] = Text("Why it is not caught."),
            })),
            ["revert"] = Steps("What undoes a live scenario."),
        }, "id", "claim", "detonate", "expect");
        schema["$defs"] = new JsonObject { ["step"] = Step() };
        schema["$schema"] = Dialect;
        return Written(schema);
    }

    private static JsonObject Part(JsonObject further)
    {
        var properties = new JsonObject
        {
            ["name"] = Text("Its own in the scenario."),
            ["play"] = Steps("Steps of its own, in place of the detonation's."),
            ["change"] = new JsonObject { ["description"] = "Path in the records -> the value that is set there.", ["type"] = "object" },
            ["remove"] = new JsonObject { ["description"] = "Paths that are removed from the records.", ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, List("", Text(""))) },
            ["step"] = new JsonObject { ["description"] = "The step whose records are changed, from 1; all without.", ["type"] = "integer", ["minimum"] = 1 },
            ["wrap"] = new JsonObject { ["description"] = "The envelope of the records: array, or a mapping that has {{records}} or {{record}} somewhere.", ["anyOf"] = new JsonArray(new JsonObject { ["const"] = "array" }, new JsonObject { ["type"] = "object" }) },
        };
        foreach (var (name, value) in further) properties[name] = value?.DeepClone();
        return Closed("", properties, "name");
    }

    private static JsonObject Step() => Closed("Records of one source, or something that a live scenario does.", new JsonObject
    {
        ["source"] = Text("The source that must recognise the records."),
        ["record"] = new JsonObject { ["description"] = "The record; texts may hold placeholders.", ["type"] = "object" },
        ["text"] = Text("The record as one line of text, in place of record."),
        ["at"] = Formed("When the first one is told, from the detonation.", "^-?[0-9]+[smhdwMy]$"),
        ["repeat"] = new JsonObject { ["description"] = "How many.", ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 100000 },
        ["every"] = Span("The time between them."),
        ["jitter"] = Span("By how much each may be off, either way."),
        ["run"] = List("Live: one of the tools and what it is told, word by word.", Text("")),
        ["may_fail"] = new JsonObject { ["description"] = "Live: its exit code says what it found, and is no failure.", ["type"] = "boolean", ["default"] = false },
        ["file"] = Text("Live: a file to write, in the scenario's own folder."),
        ["call"] = Text("Live: the container that calls an address."),
        ["to"] = Text("Live: the address that is called; one that is kept for documentation."),
        ["port"] = new JsonObject { ["description"] = "Live: the port that is called.", ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 65535, ["default"] = 443 },
        ["times"] = new JsonObject { ["description"] = "Live: how many calls.", ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 1000, ["default"] = 1 },
        ["wait"] = Span("Live: wait for so long."),
        ["samples"] = new JsonObject { ["description"] = "Live: with wait, and until the sensor has measured the scenario's containers so often.", ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 1000 },
        ["stop"] = Word("Live: end the sensor, or the kernel's audit.", "sensor", "audit"),
    });

    private static JsonObject Steps(string says) => List(says, new JsonObject { ["$ref"] = "#/$defs/step" });

    private static JsonObject Span(string says) => Formed(says, Length);
}
