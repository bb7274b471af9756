using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Waterguard.Platforms.Outbound;

/// <summary>What an API says when it refuses, as far as it can be understood.</summary>
/// <param name="Code">The vendor's code: <c>AF20024</c>, <c>PERMISSION_DENIED</c>, <c>AuthorizationFailure</c>; empty when there is none.</param>
/// <param name="Message">The vendor's sentence, one line, bounded.</param>
public sealed record VendorError(string Code, string Message)
{
    private const int Longest = 400;

    /// <summary>Reads the bodies of Microsoft (JSON, and XML of storage), Google, and a Kubernetes API server (Status).</summary>
    public static VendorError Parse(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 64 * 1024)]).TrimStart('\uFEFF', ' ', '\r', '\n');
        try
        {
            if (text.StartsWith('{')) return OfJson(text);
            if (text.StartsWith('<')) return OfXml(text);
        }
        catch (Exception e) when (e is JsonException or XmlException or InvalidOperationException)
        {
            // Shown as it is.
        }

        return new VendorError("", Line(text));
    }

    private static VendorError OfJson(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        // Kubernetes: the reason is its code; the message names the causes already.
        if (Text(root, "kind") == "Status") return new VendorError(Text(root, "reason") ?? "", Line(Text(root, "message") ?? ""));
        if (!root.TryGetProperty("error", out var error)) return new VendorError(Text(root, "Code") ?? "", Line(Text(root, "Message") ?? Text(root, "message") ?? text));
        // OAuth's own: "error" is a text.
        if (error.ValueKind == JsonValueKind.String) return new VendorError(error.GetString()!, Line(Text(root, "error_description") ?? ""));
        var code = Text(error, "status") ?? Text(error, "code") ?? "";
        var message = Text(error, "message") ?? "";
        for (var inner = error; inner.ValueKind == JsonValueKind.Object && (inner.TryGetProperty("innererror", out var next) || inner.TryGetProperty("innerError", out next)); inner = next)
        {
            if (Text(next, "message") is { } more && !message.Contains(more, StringComparison.Ordinal)) message += " " + more;
        }

        if (error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array)
        {
            foreach (var detail in details.EnumerateArray())
            {
                if (Text(detail, "reason") is { } reason) message += $" ({reason})";
            }
        }

        return new VendorError(code, Line(message));
    }

    private static VendorError OfXml(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var root = XElement.Load(reader);
        return new VendorError(root.Element("Code")?.Value ?? "", Line($"{root.Element("Message")?.Value} {root.Element("AuthenticationErrorDetail")?.Value}"));
    }

    private static string? Text(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Line(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length > Longest ? line[..Longest] + "…" : line;
    }
}
