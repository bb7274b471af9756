using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;

namespace Waterguard.Storage.Sql;

/// <summary>What is looked for by of an alert, read from its JSON.</summary>
/// <param name="Words">Title, reason and names, each on a line, in lower case.</param>
internal sealed record AlertColumns(string? Strategy, AlertStatus Status, bool IsSuppressed, string Words, string Title, IReadOnlyList<StoredEntity> Entities)
{
    // A key of an index must be short in PostgreSQL; a name that somebody else chose need not be.
    private const int MostName = 400;
    private const int MostWords = 64 * 1024;

    public static AlertColumns Of(byte[] json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2048 });
        var alert = document.RootElement;
        var entities = new List<StoredEntity>();
        if (alert.TryGetProperty("entities", out var kinds))
        {
            foreach (var kind in kinds.EnumerateObject()) Add(entities, kind.Name, kind.Value);
        }

        if (alert.TryGetProperty(Alert.LineageKind, out var lineage)) Add(entities, Alert.LineageKind, lineage);
        var words = string.Join('\n', new[] { Text(alert, "title"), Text(alert, "reason") }.OfType<string>().Concat(entities.Where(e => e.Kind != Alert.LineageKind).Select(e => e.Name)));
        var status = Text(alert, "status") switch { "amended" => AlertStatus.Amended, "retracted" => AlertStatus.Retracted, _ => AlertStatus.Open };
        return new AlertColumns(Text(alert, "strategy"), status, Text(alert, "suppressed_by") is not null, Folded(words.Length > MostWords ? words[..MostWords] : words), Text(alert, "title") ?? "", entities);
    }

    /// <summary>A text as <see cref="Words"/> has it.</summary>
    public static string Folded(string text) => Session.Text(text).ToLowerInvariant();

    /// <summary>A name as the index has it: whole if it is short, otherwise its start and its hash.</summary>
    public static string Key(string name)
    {
        var text = Session.Text(name);
        return text.Length <= MostName ? text : Session.Text(text[..MostName]) + "…sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    private static void Add(List<StoredEntity> entities, string kind, JsonElement names)
    {
        foreach (var name in names.EnumerateArray()) entities.Add(new StoredEntity(kind, name.GetString() ?? ""));
    }

    private static string? Text(JsonElement alert, string name) => alert.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
