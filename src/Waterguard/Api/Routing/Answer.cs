using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Waterguard.Api.Routing;

/// <summary>What a route answers.</summary>
/// <param name="Body">UTF-8; null: none, or the route has written it itself.</param>
internal sealed record Answer(int Status, byte[]? Body, string ContentType = "application/json")
{
    /// <summary>The revision of what is told, which a change of it must name; null: it cannot be changed.</summary>
    public long? Revision { get; init; }

    /// <summary>Where to go on; null: nowhere.</summary>
    public string? Location { get; init; }

    /// <summary>The route has answered by itself.</summary>
    public static Answer Written { get; } = new(0, null);

    public static Answer Nothing { get; } = new(204, null);

    public static Answer Json(JsonNode body, int status = 200) => new(status, Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>A document with its revision, which a change of it must name.</summary>
    public static Answer Revised(JsonNode body, long revision, int status = 200) => Json(body, status) with { Revision = revision };

    /// <summary>The tag of this answer: its revision, and a hash of all that is told, which may change without one.</summary>
    public string? EntityTag => Body is null ? null : string.Create(CultureInfo.InvariantCulture, $"\"{(Revision is { } revision ? $"r{revision}-" : "")}{Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 12))}\"");
}
