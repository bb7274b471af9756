using System.Collections.Immutable;

namespace Waterguard.Canaries;

/// <summary>How a canary's newest marker fares.</summary>
internal enum CanaryFate
{
    /// <summary>Nobody has planted one yet.</summary>
    Unplanted,

    /// <summary>It is under way.</summary>
    Waiting,

    /// <summary>It came out in time.</summary>
    Seen,

    /// <summary>It did not.</summary>
    Missed,

    /// <summary>It could not be planted.</summary>
    Failed,

    /// <summary>It came out, but somebody else should have planted another since.</summary>
    Stale,
}

/// <summary>How a canary stands.</summary>
/// <param name="Holds">Whether its last marker came out in time; null: the first is under way, or nobody has planted one.</param>
/// <param name="Says">In a sentence.</param>
/// <param name="Took">From planting to detection, of the last one that came out; null: none did.</param>
/// <param name="LateOnes">How many have not come out in time.</param>
internal sealed record CanaryState(CanaryConfiguration Canary, bool? Holds, string Says, DateTimeOffset? Planted, TimeSpan? Took, long CameOut, long LateOnes)
{
    /// <summary>The words for <see cref="CanaryFate"/>, in its order.</summary>
    public static readonly ImmutableArray<string> Fates = ["unplanted", "waiting", "seen", "missed", "failed", "stale"];

    /// <summary>How the newest one fares.</summary>
    public CanaryFate Fate { get; init; }

    /// <summary>When one came out last; null: none did.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>When the next one is planted, or, of external ones, by when it should be; null: nobody has planted one yet.</summary>
    public DateTimeOffset? Next => Planted + Canary.Every;

    /// <summary>How it fares, as a word.</summary>
    public string FateName => Fates[(int)Fate];
}
