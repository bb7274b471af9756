using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Strategies.State;

/// <summary>What is looked at.</summary>
public enum AssumptionCheck
{
    /// <summary>The source has delivered within a time.</summary>
    Delivery,

    /// <summary>Enough of the source's events have a field.</summary>
    Population,

    /// <summary>Enough of the events that can have a field do: the level at which the source logs.</summary>
    Level,

    /// <summary>The values of a field are those that detections know.</summary>
    Vocabulary,

    /// <summary>Enough keys have learnt enough.</summary>
    Baseline,

    /// <summary>A marker came out as a detection in time.</summary>
    Canary,

    /// <summary>An integrity monitor watches the critical paths.</summary>
    WatchedPaths,
}

/// <summary>A live check on which detections depend. Immutable.</summary>
/// <param name="Claim">The claim of the document that it stands for, by id or sentence.</param>
/// <param name="Min">The least share, 0 to 1.</param>
/// <param name="Within">For <see cref="AssumptionCheck.Delivery"/>: how long ago the last record may be.</param>
/// <param name="OnFail">What becomes of the detections when it does not hold.</param>
/// <param name="Affects">Ids or names of rules; empty for all of the strategy.</param>
public sealed record Assumption(
    string Id, string Claim, AssumptionCheck Check, string? Source, string? Field, double Min, TimeSpan? Within, Armament OnFail, ImmutableArray<string> Affects, SourceLocation Location);

/// <summary>Whether a detection, or a strategy, can do what it says.</summary>
public enum Armament
{
    /// <summary>It can.</summary>
    Armed,

    /// <summary>It can for a part, or not as well as it says.</summary>
    Degraded,

    /// <summary>It cannot.</summary>
    Blind,
}
