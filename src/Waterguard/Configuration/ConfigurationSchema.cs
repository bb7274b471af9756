using System.Text.Json.Nodes;
using Waterguard.Canaries;
using Waterguard.Notify;
using Waterguard.Schemas;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;

namespace Waterguard.Configuration;

/// <summary>The JSON schema of <c>waterguard.yaml</c>, and the tables of its documentation, made of the same declarations by which the file is read.</summary>
internal static class ConfigurationSchema
{
    public static string Json()
    {
        var properties = Properties(ConfigurationKeys.Top);
        foreach (var (name, says, keys) in ConfigurationKeys.Sections) properties[name] = Closed(Properties(keys), keys, says);
        var kinds = new JsonArray();
        foreach (var kind in TransportCatalog.All) kinds.Add(Input(kind));
        properties["notify"] = Notify();
        properties["canaries"] = SchemaParts.List("Markers that must come out as detections.", Closed(Properties(CanaryConfiguration.Settings), CanaryConfiguration.Settings, "One marker, planted again and again."));
        properties["inputs"] = new JsonObject { ["description"] = "What is taken in.", ["type"] = "array", ["items"] = new JsonObject { ["oneOf"] = kinds } };
        var schema = new JsonObject
        {
            ["$schema"] = SchemaParts.Dialect, ["title"] = "waterguard.yaml", ["type"] = "object", ["additionalProperties"] = false,
            ["required"] = new JsonArray("inputs"), ["properties"] = properties,
        };
        return SchemaParts.Written(schema);
    }

    /// <summary>The keys as tables.</summary>
    public static string Markdown()
    {
        var text = new System.Text.StringBuilder();
        Table(text, "### At the top", "", ConfigurationKeys.Top);
        foreach (var (name, says, keys) in ConfigurationKeys.Sections) Table(text, $"### `{name}:`", says, keys);
        Table(text, "### `inputs:`, each", "And `labels:`, a mapping from ECS names to values that every event of the input has; what a record says itself goes first.", ConfigurationKeys.Input);
        foreach (var kind in TransportCatalog.All) Table(text, $"### `transport: {kind.Name}`", kind.Says, kind.Settings);
        Table(text, "### `canaries:`, each", "Markers that are planted where telemetry begins and must come out as detections in time: see [canaries.md](canaries.md).", CanaryConfiguration.Settings);
        Table(text, "### `notify:`", "Who is told of incidents: `channels:`, `routes:` and `inhibit:` are lists. [notifications.md](notifications.md) says how they work together.", NotifyKeys.Notify);
        Table(text, "### `notify: channels:`, each", "", NotifyKeys.Channel);
        foreach (var kind in ChannelCatalog.All) Table(text, $"### `kind: {kind.Name}`", kind.Says, kind.Settings);
        Table(text, "### `notify: routes:`, each", "", NotifyKeys.Route);
        Table(text, "### `notify: inhibit:`, each", "", NotifyKeys.Inhibition);
        return text.ToString();
    }

    private static JsonObject Notify()
    {
        var properties = Properties(NotifyKeys.Notify);
        var kinds = new JsonArray();
        foreach (var kind in ChannelCatalog.All)
        {
            var keys = NotifyKeys.Channel.AddRange(kind.Settings);
            var its = Properties(keys);
            its["kind"] = new JsonObject { ["const"] = kind.Name, ["description"] = kind.Says };
            kinds.Add((JsonNode)Closed(its, keys, kind.Says));
        }

        properties["channels"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["oneOf"] = kinds } };
        properties["routes"] = new JsonObject { ["type"] = "array", ["items"] = Closed(Properties(NotifyKeys.Route), NotifyKeys.Route, "Which incidents go to which channels.") };
        properties["inhibit"] = new JsonObject { ["type"] = "array", ["items"] = Closed(Properties(NotifyKeys.Inhibition), NotifyKeys.Inhibition, "What is not told while something worse is open.") };
        return Closed(properties, NotifyKeys.Notify, "Who is told of incidents.");
    }

    private static JsonObject Input(TransportKind kind)
    {
        var keys = ConfigurationKeys.Input.AddRange(kind.Settings);
        var properties = Properties(keys);
        properties["transport"] = new JsonObject { ["const"] = kind.Name, ["description"] = kind.Says };
        properties["labels"] = new JsonObject { ["description"] = "Constant ECS fields of every event.", ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") } };
        return Closed(properties, keys, kind.Says);
    }

    private static JsonObject Closed(JsonObject properties, IEnumerable<Setting> keys, string says) => SchemaParts.Closed(says, properties, keys.Where(k => k.Required).Select(k => k.Name));

    private static JsonObject Properties(IEnumerable<Setting> keys)
    {
        var properties = new JsonObject();
        foreach (var key in keys) properties[key.Name] = Property(key);
        return properties;
    }

    private static JsonObject Property(Setting key)
    {
        var property = key.Type switch
        {
            SettingType.Texts => new JsonObject { ["type"] = new JsonArray("string", "array"), ["items"] = new JsonObject { ["type"] = "string" } },
            SettingType.Word => new JsonObject { ["enum"] = SchemaParts.Words(key.Words) },
            SettingType.Number => new JsonObject { ["type"] = "integer", ["minimum"] = key.Least },
            SettingType.Size => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+ ?(B|KiB|MiB|GiB|TiB)$" },
            SettingType.Duration => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+[smhdwMy]$" },
            SettingType.Boolean => new JsonObject { ["type"] = "boolean" },
            SettingType.Secret => new JsonObject { ["type"] = "string", ["pattern"] = "^(file|env):.+$" },
            _ => new JsonObject { ["type"] = "string" },
        };
        property["description"] = key.Says;
        if (key.Default is { } text) property["default"] = key.Type switch { SettingType.Boolean => text == "true", SettingType.Number => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture), _ => JsonValue.Create(text) };
        return property;
    }

    private static void Table(System.Text.StringBuilder text, string title, string says, IEnumerable<Setting> keys)
    {
        text.Append(title).Append("\n\n");
        if (says.Length > 0) text.Append(says).Append("\n\n");
        text.Append("| key | value | default | |\n|---|---|---|---|\n");
        foreach (var key in keys)
        {
            var kind = key.Type == SettingType.Word ? string.Join(", ", key.Words) : key.Type.ToString().ToLowerInvariant();
            text.Append("| `").Append(key.Name).Append("` | ").Append(kind).Append(" | ").Append(key.Required ? "required" : key.Default is { } d ? $"`{d}`" : "").Append(" | ").Append(key.Says).Append(" |\n");
        }

        text.Append('\n');
    }
}
