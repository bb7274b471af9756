using System.Collections.Immutable;

namespace Waterguard.Strategies.State;

/// <summary>What is seen of the telemetry, of learning and of validation at one time: all that the state of a strategy depends on. Immutable.</summary>
/// <param name="Sources">By name; a source that nothing was heard of is not there.</param>
/// <param name="Detections">What each detection can see, by id.</param>
/// <param name="Learning">How far learning detections have come, by id.</param>
/// <param name="Validation">How the last validation ended, by id of the detection; empty where none was run.</param>
/// <param name="Checks">What other parts say of assumptions that only they can judge (canaries, watched paths), by the assumption's id.</param>
public sealed record Observations(
    DateTimeOffset Now,
    ImmutableSortedDictionary<string, SourceSeen> Sources,
    ImmutableDictionary<string, DetectionSeen> Detections,
    ImmutableDictionary<string, LearningSeen> Learning,
    ImmutableDictionary<string, ValidationSeen> Validation,
    ImmutableDictionary<string, CheckSeen> Checks)
{
    /// <summary>A source that has not been heard of for longer is silent; null where nobody told when records came.</summary>
    public TimeSpan? SilentAfter { get; init; }

    /// <summary>When a source fell silent; null while it is not, or nothing is known of it.</summary>
    public DateTimeOffset? SilentSince(string source) =>
        SilentAfter is { } after && Sources.TryGetValue(source, out var seen) && seen.LastDelivered is { } last && Now - last > after ? last : null;
}

/// <summary>One source.</summary>
/// <param name="LastDelivered">When it was last heard of; null where nobody told when records came.</param>
/// <param name="Populated">Share of its events that have a field, by the names asked for.</param>
/// <param name="Levels">Share of the events that can have a field (a body of a request that changes something) and do.</param>
/// <param name="OutsideVocabulary">Values that the source's vocabulary does not have, by field.</param>
public sealed record SourceSeen(
    string Name, long Events, DateTimeOffset? LastDelivered, ImmutableSortedDictionary<string, double> Populated, ImmutableSortedDictionary<string, double> Levels,
    ImmutableSortedDictionary<string, ImmutableArray<string>> OutsideVocabulary);

/// <summary>What a detection can see.</summary>
/// <param name="Source">Where it sees best.</param>
/// <param name="Missing">Why it cannot fire at all, or, with <paramref name="Partly"/>, on some kinds of records; empty where it can.</param>
public sealed record DetectionSeen(string Source, bool IsHeard, ImmutableArray<string> Missing, bool Partly);

/// <summary>How far a learning detection has come.</summary>
/// <param name="ReadyShare">Share of its keys that have learnt enough for a verdict.</param>
public sealed record LearningSeen(long Keys, double ReadyShare, string Learns);

/// <summary>How a detection's scenarios ended.</summary>
public sealed record ValidationSeen(DateTimeOffset At, bool Fired, bool TwinsQuiet, string? Reason);

/// <summary>The verdict of another part on an assumption.</summary>
public sealed record CheckSeen(bool Holds, string Observed);
