using System.Collections.Immutable;
using System.Text.Json;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>How far an engine's events were read: the time of the newest, and which of those shortly before it were seen, so that asking again from a little
/// earlier brings none twice and none too few.</summary>
/// <param name="Engine">The engine's id: another engine at the same place begins anew.</param>
/// <param name="Newest">Nanoseconds since the epoch.</param>
/// <param name="Seen">Of the events in the overlap: their times and hashes.</param>
internal sealed record DockerPosition(string Engine, long Newest, ImmutableArray<SeenEvent> Seen)
{
    private const int Version = 1;

    /// <summary>Null: not a position of this kind, or of a newer version.</summary>
    public static DockerPosition? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Versioned>(text) is { V: Version, P: { Seen.IsDefault: false } position } ? position : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(new Versioned(Version, this));

    private sealed record Versioned(int V, DockerPosition P);
}

/// <summary>An event that was seen: when, and a hash of its bytes.</summary>
internal readonly record struct SeenEvent(long T, long H);
