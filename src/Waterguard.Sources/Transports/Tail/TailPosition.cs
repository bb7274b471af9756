using System.Text.Json;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>How far a file was read, and which file that was. Kept in the journal with the records themselves.</summary>
/// <param name="Path">Where it was last.</param>
/// <param name="Fingerprint">Of the first <paramref name="FingerprintLength"/> bytes (decompressed).</param>
/// <param name="Offset">First byte (decompressed) that is not done with.</param>
/// <param name="Framing">How it is framed; null before that could be told.</param>
/// <param name="Skipping">Inside a record that is too large.</param>
internal sealed record TailPosition(
    string Path, ulong Device, ulong Inode, string Fingerprint, int FingerprintLength, long Offset, FramingState? Framing, bool Skipping)
{
    private const int Version = 1;

    /// <summary>Null: not a position of this kind, or of a newer version.</summary>
    public static TailPosition? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Versioned>(text) is { V: Version, P: { } position } ? position : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(new Versioned(Version, this));

    private sealed record Versioned(int V, TailPosition P);
}
