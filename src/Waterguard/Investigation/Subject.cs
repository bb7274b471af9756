using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Grouping;

namespace Waterguard.Investigation;

/// <summary>What an investigation is about: whom an alert or incident names, and the time around it. Immutable.</summary>
/// <param name="From">An hour before it began.</param>
/// <param name="To">An hour after it was over.</param>
/// <param name="LeftOut">Names that are not asked for: too many, or so short that they would be everywhere.</param>
/// <param name="IsShortened">It went on for longer than is looked at.</param>
/// <param name="Steps">What the alerts say, in order.</param>
internal sealed record Subject(string Id, string Title, DateTimeOffset From, DateTimeOffset To, ImmutableArray<SubjectName> Names, int LeftOut, bool IsShortened, ImmutableArray<IncidentStep> Steps)
{
    /// <summary>How far before and after it is looked.</summary>
    public static readonly TimeSpan Around = TimeSpan.FromHours(1);

    /// <summary>The longest time that is looked at.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Names that are asked for.</summary>
    public const int MostNames = 64;

    private const int ShortestName = 3;
    private static readonly string[] s_order = ["container", "pod", "workload", "identity", "address", "resource", "image"];

    /// <summary>Reads an alert or an incident in its JSON form. Who is at work everywhere all day, and loopback addresses, are not asked for: those tie no alerts together either.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public static Subject Read(JsonElement json)
    {
        try
        {
            if (json.ValueKind != JsonValueKind.Object || Text(json, "id") is not { } id || !json.TryGetProperty("entities", out var entities) || entities.ValueKind != JsonValueKind.Object) throw new JsonException("this is neither an alert nor an incident");
            var (start, end) = Times(json);
            var all = TiedAlert.Read(id, start, Encoding.UTF8.GetBytes(json.GetRawText())).Ties.Where(t => t.Kind != Alert.LineageKind && t.Name.Trim().Length > 0).Select(t => (t.Kind, t.Name)).Distinct().ToArray();
            SubjectName[] names = [.. all.Where(n => n.Name.Length >= ShortestName).OrderBy(n => Array.IndexOf(s_order, n.Kind)).ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => new SubjectName(n.Kind, n.Name)).Take(MostNames)];
            var (from, to) = (Moved(start, -Around), Moved(end, Around));
            var isLong = to - from > Longest;
            return new Subject(id, Text(json, "title") ?? "", from, isLong ? from + Longest : to, [.. names], all.Length - names.Length, isLong, Timeline(json, id, start));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("this is neither an alert nor an incident: " + e.Message, e);
        }
    }

    /// <summary>The same, of another time.</summary>
    public Subject Between(DateTimeOffset from, DateTimeOffset to) => this with { From = from, To = to, IsShortened = false };

    private static (DateTimeOffset, DateTimeOffset) Times(JsonElement json)
    {
        if (Time(json, "start") is { } start) return (start, Time(json, "end") is { } end && end > start ? end : start);
        if (Time(json, "time") is not { } time) throw new JsonException("the alert or incident says no time");
        var hasWindow = json.TryGetProperty("window", out var window) && window.ValueKind == JsonValueKind.Object;
        var (first, last) = hasWindow ? (Time(window, "start") ?? time, Time(window, "end") ?? time) : (time, time);
        return (first < time ? first : time, last > time ? last : time);
    }

    private static ImmutableArray<IncidentStep> Timeline(JsonElement json, string id, DateTimeOffset start) =>
        json.TryGetProperty("timeline", out var steps) && steps.ValueKind == JsonValueKind.Array
            ? [.. steps.EnumerateArray().Select(s => new IncidentStep(Time(s, "time") ?? start, Text(s, "what") ?? "", Text(s, "alert") ?? ""))]
            : [new IncidentStep(Time(json, "time") ?? start, Text(json, "reason") ?? Text(json, "title") ?? "", id)];

    private static DateTimeOffset Moved(DateTimeOffset time, TimeSpan by) => by < TimeSpan.Zero && time - DateTimeOffset.MinValue < -by ? DateTimeOffset.MinValue : by > TimeSpan.Zero && DateTimeOffset.MaxValue - time < by ? DateTimeOffset.MaxValue : time + by;

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement of, string name) =>
        Text(of, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
