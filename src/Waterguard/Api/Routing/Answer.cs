using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Waterguard.Api.Routing;

/// <summary>What a route answers.</summary>
/// <param name="Body">UTF-8; null: none, or the route has written it itself.</param>
internal sealed record Answer(int Status, byte[]? Body, string ContentType = "application/json")
{
    /// <summary>The entity tag, with its quotes; null: a hash of the body is one.</summary>
    public string? Tag { get; init; }

    /// <summary>Where to go on; null: nowhere.</summary>
    public string? Location { get; init; }

    /// <summary>The route has answered by itself.</summary>
    public static Answer Written { get; } = new(0, null);

    public static Answer Nothing { get; } = new(204, null);

    public static Answer Json(JsonNode body, int status = 200) => new(status, Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>A document with its revision, which a change of it must name.</summary>
    public static Answer Revised(JsonNode body, long revision, int status = 200) => Json(body, status) with { Tag = TagOf(revision) };

    public static string TagOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"r{revision}\"");

    /// <summary>The tag of this answer.</summary>
    public string? EntityTag => Tag ?? (Body is null ? null : $"\"{Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 12))}\"");
}
