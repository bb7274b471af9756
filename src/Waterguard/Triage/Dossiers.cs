using System.Collections.Immutable;
using Waterguard.Alerting.Grouping;
using Waterguard.Detection.Census;

namespace Waterguard.Triage;

/// <summary>Fills incidents with what the census knows of the containers and pods that they are about.</summary>
internal static class Dossiers
{
    /// <summary>Containers and pods of one incident at most; the entities name the others.</summary>
    public const int Most = 50;

    /// <summary>The incidents, filled.</summary>
    public static ImmutableArray<Incident> Fill(ImmutableArray<Incident> incidents, ContainerCensus census)
    {
        if (incidents.IsEmpty) return incidents;
        var entries = CensusReport.Of(census, []).Entries;
        var byName = entries.SelectMany(e => Names(e.Subject).Select(n => (Name: n, Entry: e))).ToLookup(e => e.Name, e => e.Entry, StringComparer.Ordinal);
        return [.. incidents.Select(i => i with { Subjects = Of(i, byName) })];
    }

    private static ImmutableArray<IncidentSubject> Of(Incident incident, ILookup<string, CensusEntry> byName)
    {
        var named = incident.Entities.GetValueOrDefault("container", []).Concat(incident.Entities.GetValueOrDefault("pod", [])).SelectMany(n => byName[n]).Distinct();
        // Who was there at another time only has the same name.
        return
        [
            .. named.Where(e => e.Lives.IsEmpty || e.Lives.Any(l => l.From <= incident.End.UtcTicks && (l.To ?? long.MaxValue) >= incident.Start.UtcTicks - TimeSpan.TicksPerHour)).Select(Of)
                .OrderBy(s => s.From).ThenBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Container, StringComparer.Ordinal).Take(Most),
        ];
    }

    private static IEnumerable<string> Names(KnownSubject subject)
    {
        if (subject.Container.Length > 0) yield return subject.Container;
        if (subject.Name.Length > 0) yield return subject.Name;
        if (subject.Pod.Length == 0) yield break;
        yield return subject.Pod;
        if (subject.Namespace.Length > 0) yield return $"{subject.Namespace}/{subject.Pod}";
    }

    private static IncidentSubject Of(CensusEntry entry)
    {
        var subject = entry.Subject;
        return new IncidentSubject(
            subject.Pod.Length > 0 ? subject.Pod : subject.Name, subject.Container, subject.Pod.Length > 0 && subject.Namespace.Length > 0 ? $"{subject.Namespace}/{subject.Pod}" : subject.Pod, subject.WorkloadPath, subject.Image,
            subject.Digest, subject.Command, subject.Actor, subject.Host, subject.Cluster, subject.OnHostNetwork,
            entry.Lives is [var first, ..] && first.From > 0 ? At(first.From) : null, entry.Lives is [.., { To: { } to }] && to < long.MaxValue ? At(to) : null, subject.ClaimedBy, subject.SeenBy, entry.Addresses);
    }

    private static DateTimeOffset? At(long ticks) => ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
