using System.Collections.Immutable;

namespace Waterguard.Response.Actions;

/// <summary>How much harm an action can do.</summary>
public enum ActionRisk
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It changes something that is easily put back.</summary>
    Low,

    /// <summary>It stops something that others may need.</summary>
    High,
}

/// <summary>Something that a responder can do. It says beforehand what it will touch, and afterwards whether it took effect, by looking and not by remembering. Doing it twice is as doing it once. Thread-safe.</summary>
public interface IResponseAction
{
    /// <summary>As playbooks call it: <c>docker.disconnect</c>.</summary>
    string Name { get; }

    /// <summary>The least risk that it carries.</summary>
    ActionRisk Risk { get; }

    /// <summary>What it must be allowed to do there.</summary>
    string Permissions { get; }

    /// <summary>What it must be told, by name.</summary>
    ImmutableArray<string> Inputs { get; }

    /// <summary>Whether it can be undone.</summary>
    bool CanUndo { get; }

    /// <summary>For how long after it was asked for it may still come to take effect: whoever goes on after a crash asks again only when that is over. Nothing by default.</summary>
    TimeSpan Settling => TimeSpan.Zero;

    /// <summary>Looks at what it would be done to, and changes nothing.</summary>
    /// <exception cref="ActionFailedException">The platform does not answer.</exception>
    Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel);

    /// <summary>Does it.</summary>
    /// <exception cref="ActionFailedException">It did not work; the message says why.</exception>
    Task ActAsync(ActionPlan plan, CancellationToken cancel);

    /// <summary>Looks whether it has taken effect.</summary>
    /// <exception cref="ActionFailedException">The platform does not answer.</exception>
    Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel);

    /// <summary>Puts back what was.</summary>
    /// <exception cref="ActionFailedException">It did not work; the message says why.</exception>
    Task UndoAsync(ActionPlan plan, CancellationToken cancel);
}

/// <summary>What an action is to be done to.</summary>
/// <param name="Run">The run that asks: it marks what is made for it.</param>
/// <param name="Inputs">By name, filled from the incident.</param>
public sealed record ActionTarget(string Run, string Step, ImmutableSortedDictionary<string, string> Inputs)
{
    /// <summary>An input; empty where it was not told.</summary>
    public string this[string name] => Inputs.GetValueOrDefault(name, "");
}

/// <summary>What an action will do. Kept in the journal before anything is done, so that whoever goes on after a crash knows what to look for, and what to put back.</summary>
/// <param name="Names">Every name of what it touches, by which the never-touch list is asked.</param>
/// <param name="Says">In one sentence.</param>
/// <param name="Shares">What else is hit: the blast radius, a sentence each.</param>
/// <param name="Refusal">Why it must not be done; null: nothing speaks against it.</param>
/// <param name="Memento">What undoing and probing need to know, in the action's own words.</param>
public sealed record ActionPlan(ActionTarget Target, ImmutableArray<string> Names, string Says, ImmutableArray<string> Shares, string? Refusal, ImmutableSortedDictionary<string, string> Memento)
{
    /// <summary>Those of the names that the platform vouches for, such as ids and digests. The others are claims: whoever runs something names it. Null: it vouches for all.</summary>
    public ImmutableArray<string>? Certain { get; init; }

    /// <summary>One that must not be done.</summary>
    public static ActionPlan Refused(ActionTarget target, string why, params ReadOnlySpan<string> names) => new(target, [.. names], "", [], why, ImmutableSortedDictionary<string, string>.Empty);
}

/// <summary>What a look showed.</summary>
/// <param name="Holds">Whether the action is in effect.</param>
/// <param name="Gone">Whether what it was done to is not there any more: nothing is left that could be put back.</param>
public sealed record ActionProbe(bool Holds, string Says, bool Gone = false);

/// <summary>An action did not work, or its platform does not answer.</summary>
public sealed class ActionFailedException(string message, Exception? inner = null) : Exception(message, inner);
