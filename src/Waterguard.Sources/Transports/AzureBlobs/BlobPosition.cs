using System.Text.Json;
using System.Text.Json.Serialization;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>How far a blob was read.</summary>
/// <param name="Tag">Its tag when it was read; the same tag: nothing is new.</param>
/// <param name="Length">Its length then.</param>
/// <param name="Offset">What is before is handed over for good.</param>
/// <param name="Shape">How its records are put together.</param>
/// <param name="Records">How many were handed over.</param>
/// <param name="Mark">Hash of the bytes just before the offset: when they are others, it is another blob of the same name.</param>
/// <param name="Given">Why it is not read any further; null: it is.</param>
internal sealed record BlobPosition(string Tag, long Length, long Offset, BlobShape Shape, long Records, string Mark, string? Given = null)
{
    private const int Version = 1;
    private static readonly JsonSerializerOptions Short = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static BlobPosition New { get; } = new("", 0, 0, BlobShape.Unknown, 0, "");

    /// <summary>Null: not a position of this kind, or of a newer version.</summary>
    public static BlobPosition? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Versioned>(text) is { V: Version, P: { Mark: not null, Tag: not null, Offset: >= 0 } position } ? position : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(new Versioned(Version, this), Short);

    private sealed record Versioned(int V, BlobPosition P);
}
