using System.Globalization;
using System.Text.Json.Nodes;

namespace Waterguard.Api.Routing;

/// <summary>What a JSON value must be: said to readers as JSON Schema, and held by us for what we are sent. Immutable.</summary>
internal sealed class Shape
{
    private readonly string _type;
    private readonly bool _mayBeNull;
    private readonly IReadOnlyList<string> _words = [];
    private readonly int _most = int.MaxValue;
    private readonly Shape? _item;
    private readonly IReadOnlyList<(string Name, Shape Shape, bool Required)> _members = [];
    private readonly bool _isOpen;
    private readonly string? _says;

    private Shape(string type, bool mayBeNull = false, IReadOnlyList<string>? words = null, int most = int.MaxValue, Shape? item = null, IReadOnlyList<(string, Shape, bool)>? members = null, bool isOpen = false, string? says = null) =>
        (_type, _mayBeNull, _words, _most, _item, _members, _isOpen, _says) = (type, mayBeNull, words ?? [], most, item, members ?? [], isOpen, says);

    public static Shape Any { get; } = new("any");

    public static Shape Text { get; } = new("string", most: 4096);

    public static Shape LongText { get; } = new("string", most: 1 << 20);

    public static Shape Time { get; } = new("string", most: 64, says: "RFC 3339, UTC");

    public static Shape Number { get; } = new("number");

    public static Shape Whole { get; } = new("integer");

    public static Shape Boolean { get; } = new("boolean");

    /// <summary>Any object.</summary>
    public static Shape Open { get; } = new("object", isOpen: true);

    public Shape OrNull => new(_type, true, _words, _most, _item, _members, _isOpen, _says);

    public static Shape Word(params IReadOnlyList<string> words) => new("string", words: words);

    public static Shape List(Shape item, int most = int.MaxValue) => new("array", item: item, most: most);

    /// <summary>An object with these members; a name that ends with <c>?</c> may be missing.</summary>
    public static Shape Of(params (string Name, Shape Shape)[] members) => new("object", members: Parse(members));

    /// <summary>The same, and whatever else there is.</summary>
    public static Shape AtLeast(params (string Name, Shape Shape)[] members) => new("object", members: Parse(members), isOpen: true);

    /// <summary>A page of a list.</summary>
    public static Shape Page(Shape item) => Of(("items", List(item)), ("next", Text.OrNull), ("notes?", List(Text)));

    /// <summary>What is wrong with a value; null: nothing.</summary>
    public string? Flaw(JsonNode? value, string at = "")
    {
        if (value is null) return _mayBeNull || _type == "any" ? null : $"{Name(at)} must not be null";
        var kind = value.GetValueKind();
        switch (_type)
        {
            case "any": return null;
            case "string" when kind == System.Text.Json.JsonValueKind.String:
                var text = value.GetValue<string>();
                if (text.Length > _most) return $"{Name(at)} is longer than {_most} characters";
                return _words.Count > 0 && !_words.Contains(text, StringComparer.Ordinal) ? $"{Name(at)} must be one of {string.Join(", ", _words)}" : null;
            case "number" when kind == System.Text.Json.JsonValueKind.Number: return null;
            case "integer" when kind == System.Text.Json.JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _): return null;
            case "boolean" when kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False: return null;
            case "array" when value is JsonArray list:
                if (list.Count > _most) return $"{Name(at)} has more than {_most} elements";
                return list.Select((v, i) => _item!.Flaw(v, $"{at}[{i}]")).FirstOrDefault(f => f is not null);
            case "object" when value is JsonObject members: return FlawOf(members, at);
            default: return $"{Name(at)} must be {(_type is "integer" or "array" or "object" ? "an" : "a")} {_type}";
        }
    }

    /// <summary>As JSON Schema.</summary>
    public JsonObject Schema()
    {
        if (_type == "any") return [];
        var schema = new JsonObject { ["type"] = _mayBeNull ? new JsonArray(_type, "null") : _type };
        if (_says is not null) schema["description"] = _says;
        if (_words.Count > 0) schema["enum"] = new JsonArray([.. _words.Select(w => (JsonNode?)w), .. _mayBeNull ? new JsonNode?[] { null } : []]);
        if (_type == "string" && _most < int.MaxValue) schema["maxLength"] = _most;
        if (_item is not null) schema["items"] = _item.Schema();
        if (_type == "array" && _most < int.MaxValue) schema["maxItems"] = _most;
        if (_type != "object") return schema;
        var properties = new JsonObject();
        foreach (var (name, shape, _) in _members) properties[name] = shape.Schema();
        if (_members.Count > 0) schema["properties"] = properties;
        if (_members.Any(m => m.Required)) schema["required"] = new JsonArray([.. _members.Where(m => m.Required).Select(m => (JsonNode?)m.Name)]);
        if (!_isOpen) schema["additionalProperties"] = false;
        return schema;
    }

    private string? FlawOf(JsonObject value, string at)
    {
        foreach (var (name, shape, required) in _members)
        {
            if (!value.TryGetPropertyValue(name, out var member))
            {
                if (required) return $"'{name}' is missing{(at.Length > 0 ? $" in {Name(at)}" : "")}";
                continue;
            }

            if (shape.Flaw(member, at.Length > 0 ? $"{at}.{name}" : name) is { } flaw) return flaw;
        }

        return _isOpen ? null : value.Select(m => m.Key).Where(k => !_members.Any(m => m.Name == k)).Select(k => $"there is no '{k}'{(at.Length > 0 ? $" in {Name(at)}" : "")}").FirstOrDefault();
    }

    private static string Name(string at) => at.Length == 0 ? "the body" : $"'{at}'";

    private static IReadOnlyList<(string, Shape, bool)> Parse((string Name, Shape Shape)[] members) => [.. members.Select(m => (m.Name.TrimEnd('?'), m.Shape, !m.Name.EndsWith('?')))];
}
