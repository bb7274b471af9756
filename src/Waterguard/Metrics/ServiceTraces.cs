using System.Diagnostics;

namespace Waterguard.Metrics;

/// <summary>Where spans of the service begin. Without somebody who listens they cost a comparison. Thread-safe.</summary>
internal static class ServiceTraces
{
    public const string Name = "Waterguard";

    private static readonly ActivitySource s_source = new(Name, "0.1");

    /// <summary>Begins a span; null where nobody listens, or it is not kept.</summary>
    public static Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => s_source.StartActivity(name, kind);
}
