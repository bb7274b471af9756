using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Alerting.Output;

namespace Waterguard.Notify.Channels;

/// <summary>A JSON text with places such as <c>{{title}}</c>. What is put there is escaped for JSON: whatever a pod is called, the text keeps its form.</summary>
internal sealed partial class MessageTemplate
{
    /// <summary>For ticket systems without a form of their own.</summary>
    public const string Ticket = """{"title":"{{summary}}","description":"{{text}}","external_id":"{{incident}}","severity":"{{level}}","state":"{{status}}","url":"{{link}}"}""";

    /// <summary>As PagerDuty's Events API, version 2, takes it.</summary>
    public const string Pager = """{"routing_key":"{{key}}","event_action":"{{action}}","dedup_key":"{{incident}}","payload":{"summary":"{{summary}}","severity":"{{severity}}","source":"waterguard","timestamp":"{{time}}","custom_details":{"text":"{{text}}","link":"{{link}}"}}}""";

    private readonly string _text;

    private MessageTemplate(string text) => _text = text;

    /// <summary>The names of places.</summary>
    public static IReadOnlyList<string> Places { get; } = ["id", "kind", "time", "incident", "title", "level", "risk", "status", "start", "end", "count", "strategies", "entities", "summary", "text", "link", "key", "severity", "action"];

    /// <summary>Reads a template.</summary>
    /// <returns>Null, and what is wrong: a place that there is not, or no JSON once it is filled.</returns>
    public static MessageTemplate? Parse(string text, out string? problem)
    {
        problem = Place().Matches(text).Select(m => m.Groups["name"].Value).Where(n => !Places.Contains(n, StringComparer.Ordinal)).Select(n => $"there is no place {{{{{n}}}}}; there are {string.Join(", ", Places)}").FirstOrDefault();
        if (problem is not null) return null;
        try
        {
            // With these a place outside of quotes, which would let words become structure, is found out; numbers may stand alone.
            using var filled = JsonDocument.Parse(Fill(text, name => name is "risk" or "count" ? "1" : "a\",\"b\n\\"));
            return new MessageTemplate(text);
        }
        catch (JsonException e)
        {
            problem = $"filled, it is no JSON (places for words belong within quotes): {e.Message}";
            return null;
        }
    }

    public byte[] Render(Message message, string key) => Encoding.UTF8.GetBytes(Fill(_text, name => ValueOf(name, message, key)));

    private static string Fill(string text, Func<string, string> value) => Place().Replace(text, m => JavaScriptEncoder.Default.Encode(value(m.Groups["name"].Value)));

    private static string ValueOf(string name, Message m, string key) => name switch
    {
        "id" => m.Id,
        "kind" => m.Kind,
        "time" => AlertJson.Time(m.At),
        "incident" => m.Incident.Id,
        "title" => m.Incident.Title,
        "level" => m.Level,
        "risk" => m.Incident.Risk.ToString(CultureInfo.InvariantCulture),
        "status" => m.Status,
        "start" => AlertJson.Time(m.Incident.Start),
        "end" => AlertJson.Time(m.Incident.End),
        "count" => m.Incident.Count.ToString(CultureInfo.InvariantCulture),
        "strategies" => string.Join(", ", m.Strategies),
        "entities" => string.Join("; ", m.Entities.Select(e => $"{e.Key}: {string.Join(", ", e.Value)}")),
        "summary" => m.Headline,
        "text" => m.Text(),
        "link" => m.Link ?? "",
        "key" => key,
        "severity" => m.Level switch { "critical" => "critical", "high" => "error", "medium" => "warning", _ => "info" },
        "action" => m.Status switch { "closed" or "retracted" => "resolve", "acknowledged" => "acknowledge", _ => "trigger" },
        _ => "",
    };

    [GeneratedRegex(@"\{\{(?<name>[A-Za-z_]+)\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}
