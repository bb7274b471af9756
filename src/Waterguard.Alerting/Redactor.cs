using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Events.Fields;

namespace Waterguard.Alerting;

/// <summary>Takes secrets out of what leaves the machine: a secret value becomes <c>sha256:</c> and the start of its hash, so that equality still shows.</summary>
public static class Redactor
{
    private const int MaxDepth = 1024;
    private const int MaxText = 1_000_000;

    private enum Hide
    {
        /// <summary>What a text says decides.</summary>
        ByText,

        /// <summary>The key says that a secret is in here: texts in lists are secrets, of objects what is called a value.</summary>
        Values,

        /// <summary>Everything in here is secret.</summary>
        All,
    }

    /// <summary>Writes a record without its secrets. A record that is no sound JSON is written as a string, and as a hash alone when it seems to hold a secret:
    /// where in it the secret is cannot be told.</summary>
    public static void Write(ReadOnlyMemory<byte> raw, Utf8JsonWriter writer)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            writer.WriteStringValue(Unsound(Encoding.UTF8.GetString(raw.Span)));
            return;
        }

        using (document) Write(document.RootElement, writer, Hide.ByText);
    }

    /// <summary>A text without the secrets that it shows: bearer tokens, passwords in addresses, and values behind names like password.</summary>
    public static string Text(string text)
    {
        if (text.Length is 0 or > MaxText) return text.Length == 0 ? text : Hash(text);
        try
        {
            return Shown(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return Hash(text);
        }
    }

    private static string Shown(string text)
    {
        if (SecretWords.NamedValue().Match(text) is { Success: true } named) return named.Groups["name"].Value + Hash(named.Groups["value"].Value);
        foreach (var pattern in SecretWords.InText)
        {
            if (pattern.IsMatch(text)) text = pattern.Replace(text, m => m.Groups["name"].Value + Hash(m.Groups["value"].Value));
        }

        return text;
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer, Hide hide)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object: WriteObject(element, writer, hide); break;
            case JsonValueKind.Array: WriteArray(element, writer, hide); break;
            case JsonValueKind.String:
                var text = TextOf(element);
                writer.WriteStringValue(hide != Hide.ByText ? Hash(text) : text.Length > 1 && text[0] is '{' or '[' ? Inside(text) : Text(text));
                break;
            case JsonValueKind.Number when hide != Hide.ByText: writer.WriteStringValue(Hash(element.GetRawText())); break;
            default: element.WriteTo(writer); break;
        }
    }

    private static void WriteObject(JsonElement element, Utf8JsonWriter writer, Hide hide)
    {
        writer.WriteStartObject();
        var named = hide == Hide.Values || HasSecretName(element);
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            var isLeaf = property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
            writer.WritePropertyName(name);
            Write(property.Value, writer, hide == Hide.All || SecretWords.IsHolder(name) || (named && SecretWords.IsValue(name)) ? Hide.All
                : !SecretWords.Ends(name) ? Hide.ByText : isLeaf ? Hide.All : Hide.Values);
        }

        writer.WriteEndObject();
    }

    // ["--token", "…"]: the flag says what comes next.
    private static void WriteArray(JsonElement element, Utf8JsonWriter writer, Hide hide)
    {
        writer.WriteStartArray();
        var afterFlag = false;
        foreach (var item in element.EnumerateArray())
        {
            var text = item.ValueKind == JsonValueKind.String ? TextOf(item) : null;
            Write(item, writer, afterFlag && text is not null && !text.StartsWith('-') ? Hide.All : hide);
            afterFlag = text is { Length: < 200 } && SecretWords.Flag().IsMatch(text);
        }

        writer.WriteEndArray();
    }

    // A string may hold a document of its own, such as the last applied configuration with a Secret in it.
    private static string Inside(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { MaxDepth = MaxDepth, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                Write(document.RootElement, writer, Hide.ByText);
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }
        catch (JsonException)
        {
            return Unsound(text);
        }
    }

    private static string Unsound(string text) =>
        text.Length > MaxText || SecretWords.Anywhere().IsMatch(Unescaped(Encoding.UTF8.GetBytes(text))) ? Hash(text) : Text(text);

    // GetString and Name refuse lone surrogates and bytes that are no UTF-8; we show them as replacement characters.
    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescaped(JsonMarshal.GetRawUtf8Value(element)[1..^1]);
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
            return Unescaped(JsonMarshal.GetRawUtf8PropertyName(property));
        }
    }

    private static string Unescaped(ReadOnlySpan<byte> escaped)
    {
        var into = new byte[escaped.Length];
        return Encoding.UTF8.GetString(into, 0, JsonText.Unescape(escaped, into));
    }

    // {"name": "DB_PASSWORD", "value": "…"}, as environment variables and parameters are written.
    private static bool HasSecretName(JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String && NameOf(property) == "name" && SecretWords.Contains(TextOf(property.Value))) return true;
        }

        return false;
    }

    private static string Hash(string value) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, 8));
}
