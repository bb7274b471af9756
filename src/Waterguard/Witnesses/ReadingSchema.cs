using System.Text.Json.Nodes;
using Waterguard.Detection.Census;
using static Waterguard.Schemas.SchemaParts;

namespace Waterguard.Witnesses;

/// <summary>The JSON schema of the files in <c>content/census</c>, made of the words by which they are read.</summary>
internal static class ReadingSchema
{
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
        schema["$schema"] = Dialect;
        return Written(schema);
    }

    private static JsonObject Parts(string says)
    {
        var properties = new JsonObject();
        foreach (var part in Part.All) properties[part] = Texts("");
        return Closed(says, properties);
    }
}
