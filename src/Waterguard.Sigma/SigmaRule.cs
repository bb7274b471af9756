using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Events;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma;

/// <summary>What every Sigma document says about itself.</summary>
/// <param name="Id">The rule's UUID; where a rule has none, a stable one derived from its title.</param>
/// <param name="Name">The name that correlations refer to, if any.</param>
/// <param name="Level">As written, <c>medium</c> where the rule does not say.</param>
/// <param name="Attack">ATT&amp;CK technique ids from the tags, upper case (<c>T1611</c>), in the order written.</param>
/// <param name="Custom">Our own attributes under <c>waterguard:</c>, or the empty ones.</param>
/// <param name="SemanticHash">Changes when what the rule means changes, not when its prose does.</param>
public sealed record RuleHeader(
    string Id,
    string? Name,
    string Title,
    string Status,
    Level Level,
    string Description,
    ImmutableArray<string> Tags,
    ImmutableArray<string> Attack,
    ImmutableArray<string> FalsePositives,
    ImmutableArray<string> References,
    string? Author,
    CustomAttributes Custom,
    string SemanticHash,
    SourceLocation Location);

/// <summary>Sigma's severity levels, in order.</summary>
public enum Level
{
    /// <summary>Context only.</summary>
    Informational,

    /// <summary>Worth seeing in numbers.</summary>
    Low,

    /// <summary>Worth a look.</summary>
    Medium,

    /// <summary>Needs an answer soon.</summary>
    High,

    /// <summary>Needs an answer now.</summary>
    Critical,
}

/// <summary>The <c>waterguard:</c> block of a rule: which sentence of the strategy's goal it serves, and its techniques side by side.</summary>
/// <param name="Reason">A sentence with <c>{field}</c> placeholders that tells the responder what happened; null for a generic one.</param>
public sealed record CustomAttributes(string? Serves, string? Reason, ImmutableArray<string> Declared, ImmutableArray<string> Assessed)
{
    /// <summary>Whether the rule finds markers of our own that show that telemetry arrives: it is told to nobody.</summary>
    public bool IsCanary { get; init; }

    /// <summary>Nothing said.</summary>
    public static CustomAttributes None { get; } = new(null, null, [], []);
}

/// <summary>A checked Sigma rule over single events.</summary>
/// <param name="Condition">All of the rule's conditions, joined by "or" where it has several.</param>
/// <param name="Examples">Events that must, and must not, match.</param>
/// <param name="Fields">The fields that the rule asks to be shown.</param>
public sealed record SigmaRule(RuleHeader Header, LogSource LogSource, Condition Condition,
    ImmutableArray<RuleExample> Examples, ImmutableArray<string> Fields)
{
    /// <summary>The parts of which the condition is made, by the names that the author gave them, in the order written; filters last. For explaining.</summary>
    public ImmutableArray<NamedCondition> Selections { get; init; } = [];

    /// <summary>The condition as written; several are joined by "or", filters by "and".</summary>
    public string ConditionText { get; init; } = "";
}

/// <summary>A selection, or the whole condition of a filter.</summary>
public sealed record NamedCondition(string Name, Condition Condition);

/// <summary>An event written beside the rule, and what must come of it.</summary>
/// <param name="Json">The event as one line of JSON.</param>
/// <param name="Why">What the example shows, where the author says so.</param>
/// <param name="Source">The source to read it as, where the author says so; else it is recognised.</param>
public sealed record RuleExample(bool MustMatch, string Json, string? Why, string? Source, SourceLocation Location);
