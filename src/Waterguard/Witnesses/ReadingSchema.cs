using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Detection.Census;

namespace Waterguard.Witnesses;

/// <summary>The JSON schema of the files in <c>content/census</c>, made of the words by which they are read.</summary>
internal static class ReadingSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Json()
    {
        var reading = Closed("Which records tell, and where in them the parts of facts are.", new JsonObject
        {
            ["id"] = Text("Its own in all files."),
            ["about"] = Word("What its facts are about.", ReadingWords.Subjects),
            ["says"] = Word("What they say of it; seen by default.", ReadingWords.Sayings),
            ["logsource"] = Closed("As in a Sigma rule.", new JsonObject { ["category"] = Text(""), ["product"] = Text(""), ["service"] = Text("") }),
            ["detection"] = new JsonObject { ["description"] = "As in a Sigma rule.", ["type"] = "object" },
            ["fields"] = Parts("Part of a fact -> the field, or the fields of which the first that has a value counts."),
            ["each"] = Closed("Each element of these arrays is a fact of its own.", new JsonObject { ["arrays"] = Texts("Paths of the arrays."), ["fields"] = Parts("The same as fields, relative to the element.") }, "arrays"),
            ["requires"] = Texts("Parts without which nothing is told."),
        }, "id", "about", "logsource", "detection");
        var schema = Closed("A witness of the census, and how its facts are read.", new JsonObject
        {
            ["witness"] = Text("The word by which people know it."),
            ["view"] = Word("From where it looks: the first three claim containers, the others only see them.", ReadingWords.Views),
            ["interval"] = Text("A living one is never silent for longer, such as 3m; without it, it speaks only when something happens."),
            ["sources"] = Texts("The sources whose records show that it lives; by default the one of its name."),
            ["readings"] = new JsonObject { ["type"] = "array", ["items"] = reading },
        }, "witness", "view", "readings");
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Closed(string says, JsonObject properties, params ReadOnlySpan<string> required)
    {
        var schema = new JsonObject { ["description"] = says, ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        var names = new JsonArray();
        foreach (var name in required) names.Add(name);
        if (names.Count > 0) schema["required"] = names;
        return schema;
    }

    private static JsonObject Text(string says) => new() { ["description"] = says, ["type"] = "string" };

    private static JsonObject Texts(string says) => new() { ["description"] = says, ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }) };

    private static JsonObject Word(string says, string[] words) => new() { ["description"] = says, ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    private static JsonObject Parts(string says)
    {
        var properties = new JsonObject();
        foreach (var part in Part.All) properties[part] = Texts("");
        return Closed(says, properties);
    }
}
