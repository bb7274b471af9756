using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Strategies.Playbooks;

/// <summary>What a strategy does about an alert, step by step. Immutable; it is run elsewhere.</summary>
public sealed record Playbook(string File, ImmutableArray<PlaybookStep> Steps);

/// <summary>How much harm a step can do.</summary>
public enum StepRisk
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It changes something that is easily put back.</summary>
    Low,

    /// <summary>It stops something that others may need.</summary>
    High,
}

/// <summary>One step.</summary>
/// <param name="Claim">The claim of the document that it executes.</param>
/// <param name="With">What the action is told.</param>
/// <param name="Needs">The steps that must be done before.</param>
/// <param name="Approve">How many responders must agree, none of whom asked for it.</param>
/// <param name="UndoAfter">After how long it is undone unless somebody keeps it; null where it stays.</param>
public sealed record PlaybookStep(
    string Id, string Claim, string Action, YamlMapping? With, ImmutableArray<string> Needs, StepRisk Risk, int Approve, TimeSpan? UndoAfter, SourceLocation Location);
