using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>Witnesses that should say the same do not, although the one that is missing was well. Immutable.</summary>
/// <param name="Kind">One of <see cref="DisagreementKinds"/>.</param>
/// <param name="Time">When it was certain: the missing witness had had its time to speak.</param>
/// <param name="Began">When what it is about began.</param>
/// <param name="Missing">Who should have spoken and did not.</param>
/// <param name="Claim">What is claimed and not confirmed: the pod that labels name, the socket that nobody registered.</param>
public sealed record Disagreement(string Kind, DateTimeOffset Time, DateTimeOffset Began, KnownSubject Subject, ImmutableArray<string> Missing, string Claim);

/// <summary>What witnesses can disagree on.</summary>
public static class DisagreementKinds
{
    /// <summary>Seen running on a host, and claimed by no orchestrator or engine that answers for the host.</summary>
    public const string Unclaimed = "unclaimed";

    /// <summary>Labelled as part of a pod, which the orchestrator does not confirm.</summary>
    public const string Pretended = "pretended_pod";

    /// <summary>A further engine, or a socket of a runtime, that nobody registered.</summary>
    public const string Engine = "unregistered_engine";

    /// <summary>Running, says the orchestrator, and not seen on its node.</summary>
    public const string Absent = "absent_at_runtime";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Absent, Pretended, Unclaimed, Engine];
}
