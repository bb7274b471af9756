using System.Collections.Immutable;
using Waterguard.Sigma;

namespace Waterguard.Alerting.Grouping;

/// <summary>Alerts that belong together because they share entities. Immutable; its JSON form is a contract.</summary>
/// <param name="Id">Stable as long as its first alert is the same.</param>
/// <param name="Alerts">In the order of time and id.</param>
/// <param name="Timeline">What happened, repeats of one rule in a row folded.</param>
/// <param name="Omitted">Steps beyond as many as a timeline shows.</param>
/// <param name="Missing">Sources of the run that did not deliver all of the incident's time: what they would have shown is not known.</param>
public sealed record Incident(
    string Id, string Title, Level Level, int Risk, DateTimeOffset Start, DateTimeOffset End, ImmutableArray<Alert> Alerts,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, ImmutableArray<IncidentStep> Timeline, int Omitted, ImmutableArray<MissingSource> Missing)
{
    /// <summary>What is known of the containers and pods that it is about, the first ones first; empty where there is no census.</summary>
    public ImmutableArray<IncidentSubject> Subjects { get; init; } = [];

    /// <summary>How many alerts belong to it that <see cref="Alerts"/> does not hold, because there are too many.</summary>
    public long MoreAlerts { get; init; }

    /// <summary>Strategies whose detections took part.</summary>
    public ImmutableArray<string> Strategies => [.. Alerts.Select(a => a.Strategy).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>One step of a timeline.</summary>
/// <param name="What">The alert's sentence, and how many more of the kind followed at once.</param>
/// <param name="Alert">Id of the first alert that it stands for.</param>
public sealed record IncidentStep(DateTimeOffset Time, string What, string Alert);

/// <summary>A source, and the part of an incident's time that it did not deliver.</summary>
public sealed record MissingSource(string Source, DateTimeOffset From, DateTimeOffset To);
