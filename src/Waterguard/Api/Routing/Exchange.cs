using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Waterguard.Api.Access;

namespace Waterguard.Api.Routing;

/// <summary>One request, as far as routes need it: who asks, and for what. What is wrong with it is refused by asking.</summary>
internal sealed class Exchange(HttpContext context, Caller caller, JsonObject? body)
{
    public const int MostListed = 500;
    private const int UsuallyListed = 50;

    public HttpContext Context => context;

    public Caller Caller => caller;

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>What was sent; it has the route's shape.</summary>
    public JsonObject Body => body ?? throw RefusedException.Bad("There is no body.");

    /// <summary>A part of the path.</summary>
    public string Part(string name) => context.GetRouteValue(name) as string ?? "";

    /// <summary>A value of the query; null: it has none.</summary>
    public string? Query(string name)
    {
        var value = context.Request.Query[name].ToString();
        if (value.Length > 1024) throw RefusedException.Bad($"'{name}' is longer than 1024 characters.");
        return value.Length == 0 ? null : value;
    }

    /// <summary>How many of a list are wanted.</summary>
    public int Limit
    {
        get
        {
            if (Query("limit") is not { } text) return UsuallyListed;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= MostListed ? limit : throw RefusedException.Bad($"'limit' is a number from 1 to {MostListed}.");
        }
    }

    public DateTimeOffset? Time(string name)
    {
        if (Query(name) is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : throw RefusedException.Bad($"'{name}' is a time such as 2026-11-22T10:00:00Z.");
    }

    public T? Word<T>(string name)
        where T : struct, Enum
    {
        if (Query(name) is not { } text) return null;
        return Enum.GetNames<T>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } word ? Enum.Parse<T>(word) : throw RefusedException.Bad($"'{name}' is one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }

    /// <summary>The revision that a change is meant for; it must be said, or be of any (<c>*</c>, null).</summary>
    public long? Expected
    {
        get
        {
            var tag = context.Request.Headers.IfMatch.ToString();
            if (tag.Length == 0) throw new RefusedException(428, "Precondition required", "Say by If-Match which revision you have seen: its ETag.");
            if (tag == "*") return null;
            return tag.StartsWith("\"r", StringComparison.Ordinal) && long.TryParse(tag.AsSpan(2, Math.Max(0, tag.IndexOf('-') - 2)), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                ? revision
                : throw new RefusedException(412, "Precondition failed", "If-Match names no revision of this.");
        }
    }

    /// <summary>A text of the body; null: it is not there.</summary>
    public string? Text(string name) => body?[name]?.GetValue<string>();
}
