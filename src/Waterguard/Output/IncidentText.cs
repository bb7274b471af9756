using System.Globalization;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;

namespace Waterguard.Output;

/// <summary>Incidents for people: what happened, to what, in which order, and what is not known.</summary>
internal static class IncidentText
{
    private const int MostSteps = 20;
    private const int MostSubjects = 5;
    private const int MostNames = 6;

    public static void Write(IReadOnlyList<Incident> incidents, TextWriter to)
    {
        foreach (var incident in incidents.OrderByDescending(i => i.Risk).ThenBy(i => i.Start).ThenBy(i => i.Id, StringComparer.Ordinal)) Write(incident, to);
    }

    private static void Write(Incident incident, TextWriter to)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{AlertJson.Name(incident.Level).ToUpperInvariant()}  {incident.Title}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  incident {incident.Id}, risk {incident.Risk}, {incident.Alerts.Length} alerts, {incident.Start:yyyy-MM-dd HH:mm:ss}Z to {incident.End:yyyy-MM-dd HH:mm:ss}Z"));
        foreach (var subject in incident.Subjects.Take(MostSubjects)) Write(subject, to);
        if (incident.Subjects.Length > MostSubjects) to.WriteLine($"  … and {incident.Subjects.Length - MostSubjects} more containers");
        foreach (var (kind, names) in incident.Entities.Where(e => e.Value.Length > 0 && e.Key is "identity" or "address" or "resource" or "node" or "image"))
            to.WriteLine($"  {kind}: {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? $" and {names.Length - MostNames} more" : "")}");
        foreach (var step in incident.Timeline.Take(MostSteps)) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {step.Time:HH:mm:ss}Z  {step.What}"));
        if (incident.Timeline.Length + incident.Omitted > MostSteps) to.WriteLine($"    … and {incident.Timeline.Length + incident.Omitted - MostSteps} more steps");
        foreach (var missing in incident.Missing) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  not known: {missing.Source} did not deliver from {missing.From:HH:mm:ss}Z to {missing.To:HH:mm:ss}Z"));
        to.WriteLine();
    }

    private static void Write(IncidentSubject subject, TextWriter to)
    {
        to.WriteLine($"  {(subject.Pod.Length > 0 ? "pod " + subject.Pod : "container " + (subject.Name.Length > 0 ? subject.Name : subject.Container))}"
            + Part(", image ", subject.Image) + Part(", of ", subject.Workload) + Part(", deployed by ", subject.DeployedBy) + Part(", on ", subject.Node) + (subject.OnHostNetwork ? ", on its host's network" : ""));
        to.WriteLine($"    claimed by {(subject.ClaimedBy.IsEmpty ? "nobody" : string.Join(", ", subject.ClaimedBy))}; seen by {(subject.SeenBy.IsEmpty ? "nobody" : string.Join(", ", subject.SeenBy))}");
    }

    private static string Part(string words, string text) => text.Length > 0 ? words + text : "";
}
