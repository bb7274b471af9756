using System.Text;
using System.Text.Json;
using Waterguard.Events;
using Waterguard.Events.Fields;

namespace Waterguard.Tests.Events;

/// <summary>What the reader finds in a record, and what a plain walk finds: as texts that can be compared.</summary>
internal static class Extraction
{
    public const string Unreadable = "(unreadable)";

    /// <summary>The values of a path as <c>kind text</c>, in the order of the record.</summary>
    public static IReadOnlyList<string> Of(string json, string path) => Read(Encoding.UTF8.GetBytes(json), [path], out _, out _)[0];

    public static IReadOnlyList<string>[] Read(byte[] json, string[] paths, out JsonFlaw? flaw, out EventBuffer fields)
    {
        var builder = new FieldTree.Builder();
        var parsed = paths.Select(FieldPath.Parse).ToArray();
        var slots = parsed.Select(builder.Slot).ToArray();
        var indexes = parsed.Select(builder.Indexes).ToArray();
        var tree = builder.Build();
        fields = new EventBuffer();
        new EventReader().TryRead(json, 0, json.Length, tree, fields, out flaw);
        var found = new IReadOnlyList<string>[paths.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            var binding = new Waterguard.Events.Shapes.SlotBinding(slots[i], indexes[i], null, null);
            var values = new List<string>();
            for (var value = fields.First(slots[i]); value >= 0; value = fields.Next(value))
            {
                if (binding.Includes(fields, value)) values.Add(Show(fields, value));
            }

            found[i] = values;
        }

        return found;
    }

    /// <summary>The same by walking a document: joined and single keys, every element of every array.</summary>
    public static List<string> Walk(JsonElement element, PathSegment[] path)
    {
        var found = new List<string>();
        Walk(element, path, 0, found);
        return found;
    }

    private static void Walk(JsonElement element, PathSegment[] path, int at, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) Walk(item, path, at, found);
            if (element.GetArrayLength() == 0 && at == path.Length) found.Add("EmptyArray");
            return;
        }

        if (at == path.Length)
        {
            found.Add(Show(element));
            return;
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            for (var end = at + 1; end <= path.Length; end++)
            {
                if (string.Join('.', path[at..end].Select(s => s.Name)) == NameOf(property)) Walk(property.Value, path, end, found);
            }
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Unreadable;
        }
    }

    private static string Show(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => "String " + element.GetString(),
                JsonValueKind.Number => "Number " + element.GetRawText(),
                JsonValueKind.True => "Boolean true",
                JsonValueKind.False => "Boolean false",
                JsonValueKind.Null => "Null",
                _ => "Object",
            };
        }
        catch (InvalidOperationException)
        {
            return "String " + Unreadable;
        }
    }

    private static string Show(EventBuffer fields, int value) => fields[value].Kind switch
    {
        ValueKind.Null or ValueKind.Object or ValueKind.EmptyArray => fields[value].Kind.ToString(),
        var kind => $"{kind} {fields.Chars(value)}",
    };
}
