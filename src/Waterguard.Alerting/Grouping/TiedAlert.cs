using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Waterguard.Alerting.Grouping;

/// <summary>What of an alert decides to which incident it belongs.</summary>
/// <param name="End">When it was over; its time, where it has no window.</param>
/// <param name="Ties">What it shares with others, if they have it too.</param>
/// <param name="IsApart">It belongs to no incident: it is suppressed, or was taken back.</param>
public sealed record TiedAlert(string Id, DateTimeOffset Time, DateTimeOffset End, ImmutableArray<AlertTie> Ties, bool IsApart)
{
    private const string Nobody = "system:anonymous";

    // Who is at work all day in every cluster ties nothing together.
    private static readonly string[] Platform = ["system:node:", "system:kube-", "system:apiserver", "system:serviceaccount:kube-system:", "system:unsecured"];
    private static readonly string[] Strong = ["container", "pod", "workload", "identity", "address", "resource", Alert.LineageKind];

    /// <summary>Of an alert in memory.</summary>
    public static TiedAlert Of(Alert alert) => new(
        alert.Id, alert.Time, alert.Window?.End > alert.Time ? alert.Window.Value.End : alert.Time, [.. TiesOf(kind => alert.Entities.GetValueOrDefault(kind, []))], alert.SuppressedBy is not null || alert.IsRetracted);

    /// <summary>Of an alert as it was written.</summary>
    /// <param name="time">When it was.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static TiedAlert Read(string id, DateTimeOffset time, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2048 });
        var alert = document.RootElement;
        var end = alert.TryGetProperty("window", out var window) && window.ValueKind == JsonValueKind.Object && window.GetProperty("end").GetString() is { } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : time;
        IEnumerable<string> Names(string kind)
        {
            var holder = alert;
            return (kind == Alert.LineageKind || alert.TryGetProperty("entities", out holder)) && holder.TryGetProperty(kind, out var names) ? names.EnumerateArray().Select(n => n.GetString() ?? "") : [];
        }

        var isApart = (alert.TryGetProperty("suppressed_by", out var by) && by.ValueKind == JsonValueKind.String) || (alert.TryGetProperty("status", out var status) && status.ValueEquals("retracted"));
        return new TiedAlert(id, time, end > time ? end : time, [.. TiesOf(Names)], isApart);
    }

    private static IEnumerable<AlertTie> TiesOf(Func<string, IEnumerable<string>> names)
    {
        foreach (var kind in Strong)
        {
            foreach (var name in names(kind))
            {
                if (kind == "identity" && Platform.Any(p => name.StartsWith(p, StringComparison.Ordinal))) continue;
                if (kind == "address" && (!System.Net.IPAddress.TryParse(name, out var address) || System.Net.IPAddress.IsLoopback(address))) continue;
                yield return new AlertTie(kind, name, name == Nobody ? IncidentGrouping.ShortInterval : IncidentGrouping.GroupInterval);
            }
        }

        foreach (var image in names("image")) yield return new AlertTie("image", image, IncidentGrouping.ShortInterval);
    }
}

/// <summary>Something that an alert may share with another, and how long after the one the other still belongs to it.</summary>
public readonly record struct AlertTie(string Kind, string Name, TimeSpan Interval);
