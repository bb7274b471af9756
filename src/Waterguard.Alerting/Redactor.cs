using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Waterguard.Alerting;

/// <summary>Takes secrets out of what leaves the machine: a secret value becomes <c>sha256:</c> and the start of its hash, so that equality still shows.</summary>
public static partial class Redactor
{
    private const int MaxDepth = 1024;

    /// <summary>Writes a record without its secrets; a record that is no sound JSON is written as a string.</summary>
    public static void Write(ReadOnlyMemory<byte> raw, Utf8JsonWriter writer)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            writer.WriteStringValue(Text(Encoding.UTF8.GetString(raw.Span)));
            return;
        }

        using (document) Write(document.RootElement, writer, secret: false);
    }

    /// <summary>A text without the secrets that it shows: bearer tokens, and values behind names like password.</summary>
    public static string Text(string text)
    {
        if (text.Length is 0 or > 1_000_000) return text.Length == 0 ? text : Hash(text);
        if (Bearer().IsMatch(text)) text = Bearer().Replace(text, m => m.Groups["name"].Value + Hash(m.Groups["value"].Value));
        if (Assignment().IsMatch(text)) text = Assignment().Replace(text, m => m.Groups["name"].Value + Hash(m.Groups["value"].Value));
        return text;
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer, bool secret)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var named = SecretName(element);
                foreach (var property in element.EnumerateObject())
                {
                    var name = Name(property);
                    writer.WritePropertyName(name);
                    Write(property.Value, writer, secret || IsSecretHolder(name) || (named && name is "value" or "stringValue") || (IsSecretWord(name) && IsLeaf(property.Value)));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(item, writer, secret);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(secret ? Hash(Text(element, out _)) : Inside(Text(element, out var sound), sound));
                break;
            default:
                if (secret && element.ValueKind == JsonValueKind.Number) writer.WriteStringValue(Hash(element.GetRawText()));
                else element.WriteTo(writer);
                break;
        }
    }

    // A string may hold a document of its own, such as the last applied configuration with a Secret in it.
    private static string Inside(string text, bool sound)
    {
        if (!sound || text.Length < 2 || text[0] is not ('{' or '[')) return Text(text);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { MaxDepth = MaxDepth, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                Write(document.RootElement, writer, secret: false);
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }
        catch (JsonException)
        {
            return Text(text);
        }
    }

    // GetString refuses lone surrogates; then the text is shown as it was written.
    private static string Text(JsonElement element, out bool sound)
    {
        try
        {
            sound = true;
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            sound = false;
            return element.GetRawText();
        }
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "(unreadable key)";
        }
    }

    // {"name": "DB_PASSWORD", "value": "…"}, as environment variables and parameters are written.
    private static bool SecretName(JsonElement element) =>
        element.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && IsSecretWord(Text(name, out _));

    // Data of Secrets and ConfigMaps, whose keys are free.
    private static bool IsSecretHolder(string name) => name is "data" or "stringData" or "binaryData";

    private static bool IsLeaf(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static bool IsSecretWord(string name) => SecretWord().IsMatch(name);

    private static string Hash(string value) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, 8));

    [GeneratedRegex("(passw(or)?d|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie)s?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretWord();

    [GeneratedRegex(@"(?<name>\b(bearer|basic)\s+)(?<value>[A-Za-z0-9._~+/=-]{8,})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bearer();

    [GeneratedRegex("""(?<name>(passw(or)?d|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)\s*[=:]\s*["']?)(?<value>(?!sha256:)[^\s"'&,;]{3,})""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();
}
