using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Platforms.Kubernetes;

/// <summary>An object as an API server shows it. What it does not say is empty.</summary>
/// <param name="Json">All of it; not to be changed.</param>
public sealed record KubernetesObject(JsonObject Json)
{
    /// <summary>Its kind; items of a list do not say it.</summary>
    public string Kind => Text("kind");

    /// <summary>Its name.</summary>
    public string Name => Text("metadata", "name");

    /// <summary>Its namespace; empty where it has none.</summary>
    public string Namespace => Text("metadata", "namespace");

    /// <summary>What tells it from another that has the same name later.</summary>
    public string Uid => Text("metadata", "uid");

    /// <summary>What tells this state of it from later ones.</summary>
    public string Version => Text("metadata", "resourceVersion");

    /// <summary>Whether it has been asked to go.</summary>
    public bool IsEnding => Text("metadata", "deletionTimestamp").Length > 0;

    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static KubernetesObject Read(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json) is JsonObject root ? new KubernetesObject(root) : throw new JsonException("the API server's answer is no object");

    /// <summary>What stands at a path; null: nothing.</summary>
    public JsonNode? At(params ReadOnlySpan<string> path)
    {
        JsonNode? at = Json;
        foreach (var name in path)
        {
            if (at is not JsonObject inside || !inside.TryGetPropertyValue(name, out at)) return null;
        }

        return at;
    }

    /// <summary>A text; empty where there is none.</summary>
    public string Text(params ReadOnlySpan<string> path) => At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>A number; null where there is none.</summary>
    public int? Number(params ReadOnlySpan<string> path) => At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number && int.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Whether something is true.</summary>
    public bool Is(params ReadOnlySpan<string> path) => At(path)?.GetValueKind() == JsonValueKind.True;

    /// <summary>The objects of a list.</summary>
    public IEnumerable<KubernetesObject> All(params ReadOnlySpan<string> path) => (At(path) as JsonArray)?.OfType<JsonObject>().Select(o => new KubernetesObject(o)) ?? [];

    /// <summary>Texts by name, such as labels.</summary>
    public IEnumerable<KeyValuePair<string, string>> Texts(params ReadOnlySpan<string> path) =>
        (At(path) as JsonObject)?.Where(p => p.Value?.GetValueKind() == JsonValueKind.String).Select(p => KeyValuePair.Create(p.Key, p.Value!.GetValue<string>())) ?? [];

    /// <summary>A label; empty where it has none.</summary>
    public string Label(string name) => Text("metadata", "labels", name);

    /// <summary>An annotation; empty where it has none.</summary>
    public string Annotation(string name) => Text("metadata", "annotations", name);
}
