using System.Collections.Immutable;
using Waterguard.Detection.Census;

namespace Waterguard.Tests.Census;

/// <summary>Facts for tests, short to write: <c>container=c1 pod.name=p1</c>.</summary>
internal static class Facts
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    public static Witness Orchestrator { get; } = new("kubernetes.audit", View.Orchestrator, TimeSpan.FromMinutes(3), ["kubernetes.audit"]);

    public static Witness Engine { get; } = new("docker.events", View.Engine, null, ["docker.events"]);

    public static Witness Sensor { get; } = new("sensor", View.Runtime, TimeSpan.FromMinutes(2), ["waterguard.census"]);

    public static long At(double second) => Noon.AddSeconds(second).UtcTicks;

    public static Fact Of(Witness witness, Subject subject, Saying saying, double second, string parts) => new(
        witness, subject, saying, At(second),
        parts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).GroupBy(p => p[0], StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, g.Select(p => p[1]).ToImmutableArray())).ToImmutableArray());

    public static ContainerCensus Told(params ReadOnlySpan<Fact> facts)
    {
        var census = new ContainerCensus();
        foreach (var fact in facts) census.Add(fact);
        return census;
    }
}
