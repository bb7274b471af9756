using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Strategies.Claims;
using Waterguard.Strategies.Documents;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Strategies;

/// <summary>The JSON schemas of what a strategy's folder holds, made of the same names by which it is read.</summary>
public static class StrategySchemas
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schemas by file name.</summary>
    public static IEnumerable<(string File, string Json)> All()
    {
        yield return ("strategy.schema.json", Text("front matter of strategy.md", Front(), "name", "title", "priority", "assessed"));
        yield return ("claim.schema.json", Text("a claim in strategy.md", Claim(), "claim"));
        yield return ("playbook.schema.json", Text("playbook.yml", new JsonObject { ["steps"] = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Step() } }, "steps"));
    }

    private static JsonObject Front()
    {
        var properties = new JsonObject();
        foreach (var key in FrontMatter.Keys) properties[key] = Said("");
        properties["name"] = Said("The folder's name.");
        properties["status"] = Words("experimental", "test", "stable", "deprecated");
        properties["priority"] = Words("informational", "low", "medium", "high", "critical");
        properties["platforms"] = Texts("Platforms of ATT&CK.");
        properties["sources"] = Texts("Sources that the strategy reads.");
        properties["declared"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = Closed(new JsonObject { ["technique"] = Said("As the original has it."), ["tactic"] = Said(""), ["platforms"] = Texts(""), ["reason"] = Said("What is to be thought of it.") }, "technique"),
        };
        properties["assessed"] = new JsonObject { ["type"] = "object", ["description"] = "Technique to reason.", ["additionalProperties"] = new JsonObject { ["type"] = "string" } };
        properties["original"] = Closed(new JsonObject { ["key"] = Said("The first part of the addresses of its sentences."), ["title"] = Said("") }, "key", "title");
        return properties;
    }

    private static JsonObject Claim()
    {
        var properties = new JsonObject { ["claim"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[a-z0-9-]{1,80}$" } };
        foreach (var kind in Enum.GetValues<BindingKind>()) properties[kind.ToString().ToLowerInvariant()] = Texts("");
        properties["manual"] = Said("Why nothing can execute it.");
        properties["answers"] = new JsonObject { ["type"] = "object", ["description"] = "Address of a sentence of the original to a few of its words.", ["additionalProperties"] = new JsonObject { ["type"] = "string" } };
        return properties;
    }

    private static JsonObject Step() => Closed(
        new JsonObject
        {
            ["id"] = Said(""), ["claim"] = Said("The claim of the document that it executes."), ["action"] = Words([.. ActionNames.All.Select(a => a.Name)]),
            ["with"] = new JsonObject { ["type"] = "object" }, ["needs"] = Texts("Steps that must be done before."), ["risk"] = Words("read", "low", "high"),
            ["approve"] = new JsonObject { ["enum"] = new JsonArray(0, 1, 2) }, ["undo_after"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+[smhdwMy]$" },
        },
        "id", "claim", "action", "risk");

    private static string Text(string title, JsonObject properties, params string[] required)
    {
        var schema = Closed(properties, required);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Closed(JsonObject properties, params string[] required) => new()
    {
        ["type"] = "object", ["additionalProperties"] = false, ["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]), ["properties"] = properties,
    };

    private static JsonObject Said(string says) => says.Length == 0 ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["description"] = says };

    private static JsonObject Texts(string says)
    {
        var texts = Said(says);
        texts["type"] = new JsonArray("string", "array");
        texts["items"] = new JsonObject { ["type"] = "string" };
        return texts;
    }

    private static JsonObject Words(params string[] words) => new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };
}
