using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Waterguard.Watching;

/// <summary>osquery's configuration for file events: <c>file_paths</c> and a schedule that reads the tables. <c>%</c> is one level, <c>%%</c> all below.</summary>
internal sealed class OsqueryPack : IWatchTool
{
    private const string Category = "waterguard-watch";
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => "osquery";

    public string Write(WatchList list)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("options");
            writer.WriteBoolean("disable_events", false);
            writer.WriteBoolean("enable_file_events", true);
            writer.WriteBoolean("disable_audit", false);
            writer.WriteBoolean("audit_allow_config", true);
            writer.WriteBoolean("audit_allow_fim_events", true);
            writer.WriteEndObject();
            writer.WriteStartObject("schedule");
            Query(writer, "file_events", "SELECT * FROM file_events;");
            Query(writer, "process_file_events", "SELECT * FROM process_file_events;");
            writer.WriteEndObject();
            writer.WriteStartObject("file_paths");
            foreach (var group in list.Paths.GroupBy(p => p.Group, StringComparer.Ordinal))
            {
                writer.WriteStartArray($"{Category}: {group.Key}");
                foreach (var path in group) writer.WriteStringValue(path.IsFolder ? path.Path + "%%" : path.IsPattern ? path.Path.Replace('*', '%').Replace('?', '_') : path.Path + "%");
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            // Editors write beside the file that they replace; nothing else there is left out.
            writer.WriteStartObject("exclude_paths");
            writer.WriteStartArray($"{Category}: editors");
            foreach (var path in list.Paths.Where(p => p.IsFolder)) writer.WriteStringValue(path.Path + "%.swp");
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    public WatchReading Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return WatchReading.Nothing("the configuration is no JSON object");
            var remarks = ImmutableArray.CreateBuilder<string>();
            if (!root.ToString().Contains("file_events", StringComparison.Ordinal)) remarks.Add("no query of the schedule reads file_events or process_file_events: nothing that is watched would be told");
            if (Option(root, "disable_events") == "true") remarks.Add("disable_events is set");
            if (Option(root, "enable_file_events") != "true" && Option(root, "disable_audit") != "false") remarks.Add("neither enable_file_events nor disable_audit=false is among the options; they may be flags of the service");
            // An exclusion of one name in a folder does not blind the folder.
            var (watched, left) = (Patterns(root, "file_paths"), Patterns(root, "exclude_paths"));
            return new WatchReading(p => watched.Exists(w => w.IsMatch(p)) && !left.Exists(l => l.IsMatch(p)), remarks.ToImmutable());
        }
        catch (JsonException e)
        {
            return WatchReading.Nothing($"the configuration is not JSON: {e.Message}");
        }
    }

    private static void Query(Utf8JsonWriter writer, string name, string query)
    {
        writer.WriteStartObject($"{Category}_{name}");
        writer.WriteString("query", query);
        writer.WriteNumber("interval", 60);
        writer.WriteBoolean("removed", false);
        writer.WriteEndObject();
    }

    private static string? Option(JsonElement root, string name) =>
        root.TryGetProperty("options", out var options) && options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var value) ? value.ToString().ToLowerInvariant() : null;

    private static List<Regex> Patterns(JsonElement root, string key)
    {
        var found = new List<Regex>();
        if (!root.TryGetProperty(key, out var categories) || categories.ValueKind != JsonValueKind.Object) return found;
        foreach (var pattern in categories.EnumerateObject().Where(c => c.Value.ValueKind == JsonValueKind.Array).SelectMany(c => c.Value.EnumerateArray()))
        {
            if (pattern.ValueKind == JsonValueKind.String && Expression(pattern.GetString()!) is { } expression) found.Add(expression);
        }

        return found;
    }

    private static Regex? Expression(string pattern) => Paths.Expression("^" + Regex.Escape(pattern.Replace('*', '%'))
        .Replace("%%", "\n", StringComparison.Ordinal).Replace("%", "[^/]*", StringComparison.Ordinal).Replace("\n", ".*", StringComparison.Ordinal).Replace("_", "[^/]", StringComparison.Ordinal) + "$");
}
