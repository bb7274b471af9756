using System.Collections.Immutable;

namespace Waterguard.Strategies.State;

/// <summary>A detection as far as its state depends on it.</summary>
/// <param name="Companions">For an absence: ids of the rules whose sources must be heard for a verdict; empty elsewhere.</param>
public sealed record StatedDetection(string Id, string? Name, string Title, string Level, ImmutableArray<string> Companions);

/// <summary>Why something is not armed.</summary>
/// <param name="By">What found it: <c>telemetry</c>, <c>learning</c>, <c>validation</c>, or an assumption's id.</param>
/// <param name="Text">A sentence that names what is missing.</param>
public sealed record StateReason(Armament State, string By, string Text);

/// <summary>One detection's state.</summary>
public sealed record DetectionState(StatedDetection Detection, Armament State, ImmutableArray<StateReason> Reasons);

/// <summary>Whether an assumption holds; null: nothing was seen by which to tell.</summary>
public sealed record AssumptionState(Assumption Assumption, bool? Holds, string Observed);

/// <summary>The state of a strategy: a pure function of what it consists of and of what was observed. Immutable.</summary>
public sealed record StrategyState(string Strategy, Armament State, ImmutableArray<DetectionState> Detections, ImmutableArray<AssumptionState> Assumptions)
{
    /// <summary>How many detections are in a state.</summary>
    public int Count(Armament state) => Detections.Count(d => d.State == state);

    /// <summary>Judges a strategy. It is blind when all of its detections are, and armed when all of them are.</summary>
    public static StrategyState Of(string strategy, IEnumerable<StatedDetection> detections, IEnumerable<Assumption> assumptions, Observations seen)
    {
        ImmutableArray<AssumptionState> judged = [.. assumptions.OrderBy(a => a.Id, StringComparer.Ordinal).Select(a => AssumptionJudgement.Judge(a, seen))];
        ImmutableArray<DetectionState> states = [.. detections.OrderBy(d => d.Title, StringComparer.Ordinal).ThenBy(d => d.Id, StringComparer.Ordinal).Select(d => Judge(d, judged, seen))];
        var state = states.IsEmpty || states.All(s => s.State == Armament.Blind) ? Armament.Blind : states.All(s => s.State == Armament.Armed) ? Armament.Armed : Armament.Degraded;
        return new StrategyState(strategy, state, states, judged);
    }

    private static DetectionState Judge(StatedDetection detection, ImmutableArray<AssumptionState> assumptions, Observations seen)
    {
        ImmutableArray<StateReason> reasons = [.. Telemetry(detection, seen), .. Learning(detection, seen), .. Validation(detection, seen), .. Assumed(detection, assumptions, seen)];
        return new DetectionState(detection, reasons.Select(r => r.State).DefaultIfEmpty(Armament.Armed).Max(), reasons);
    }

    private static IEnumerable<StateReason> Telemetry(StatedDetection detection, Observations seen)
    {
        if (!seen.Detections.TryGetValue(detection.Id, out var sight)) yield return new(Armament.Blind, "telemetry", "no known source delivers what it is for");
        else if (!sight.IsHeard) yield return new(Armament.Blind, "telemetry", $"{sight.Source} was not heard of");
        else if (seen.SilentSince(sight.Source) is { } silent) yield return new(Armament.Blind, "telemetry", FormattableString.Invariant($"{sight.Source} has been silent since {silent.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"));
        else
        {
            foreach (var missing in sight.Missing) yield return new(sight.Partly ? Armament.Degraded : Armament.Blind, "telemetry", $"{sight.Source}: {missing}");
        }

        // Absences are undecided while nobody could have told of the companion.
        if (detection.Companions.Length > 0 && detection.Companions.All(c => seen.Detections.TryGetValue(c, out var companion) && !companion.IsHeard))
            yield return new(Armament.Degraded, "telemetry", $"{seen.Detections[detection.Companions[0]].Source} was not heard of, which would tell of what is looked for: nothing can be called absent");
    }

    private static IEnumerable<StateReason> Learning(StatedDetection detection, Observations seen)
    {
        if (!seen.Learning.TryGetValue(detection.Id, out var learning)) yield break;
        if (learning.Keys == 0) yield return new(Armament.Degraded, "learning", $"nothing has been learnt yet; it learns for {learning.Learns}");
        else if (learning.ReadyShare < 0.5) yield return new(Armament.Degraded, "learning", FormattableString.Invariant($"{learning.ReadyShare:P0} of {learning.Keys} keys have learnt enough; each learns for {learning.Learns}"));
    }

    private static IEnumerable<StateReason> Validation(StatedDetection detection, Observations seen)
    {
        if (!seen.Validation.TryGetValue(detection.Id, out var validation)) yield break;
        if (!validation.Fired) yield return new(Armament.Degraded, "validation", FormattableString.Invariant($"its scenario did not make it fire on {validation.At:yyyy-MM-dd}{(validation.Reason is { } why ? $": {why}" : "")}"));
        if (!validation.TwinsQuiet) yield return new(Armament.Degraded, "validation", FormattableString.Invariant($"its quiet twin was not quiet on {validation.At:yyyy-MM-dd}"));
    }

    private static IEnumerable<StateReason> Assumed(StatedDetection detection, ImmutableArray<AssumptionState> assumptions, Observations seen) =>
        from one in assumptions
        where one.Holds == false && IsAffected(detection, one.Assumption, seen)
        select new StateReason(one.Assumption.OnFail, one.Assumption.Id, one.Observed);

    private static bool IsAffected(StatedDetection detection, Assumption assumption, Observations seen)
    {
        // A marker that did not come out tells of its source, and so of whoever looks at it.
        if (assumption is { Check: AssumptionCheck.Canary, Affects.IsEmpty: true, Source: { } source }) return seen.Detections.TryGetValue(detection.Id, out var sight) && sight.Source == source;
        return assumption.Affects.IsEmpty || assumption.Affects.Contains(detection.Id, StringComparer.Ordinal) || (detection.Name is { } name && assumption.Affects.Contains(name, StringComparer.Ordinal));
    }
}
