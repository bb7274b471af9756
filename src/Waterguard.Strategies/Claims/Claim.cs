using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Claims;

/// <summary>What a document claims in one place, and what executes it.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Manual">Why nothing can execute it, where nothing can.</param>
/// <param name="Answers">The sentences of the original document that it stands for.</param>
public sealed record Claim(
    string Id, string Text, AdsSection? Section, SourceLocation Location, string? Manual, ImmutableArray<Binding> Bindings, ImmutableArray<Answer> Answers)
{
    /// <summary>The names bound of one kind.</summary>
    public IEnumerable<string> Names(BindingKind kind) => Bindings.Where(b => b.Kind == kind).Select(b => b.Name);
}

/// <summary>What can execute a claim.</summary>
public enum BindingKind
{
    /// <summary>A rule or correlation, by id, name, or its file's name.</summary>
    Detections,

    /// <summary>A source of telemetry.</summary>
    Sources,

    /// <summary>A live check.</summary>
    Assumptions,

    /// <summary>A known-benign condition.</summary>
    Suppressions,

    /// <summary>An emulation.</summary>
    Scenarios,

    /// <summary>A step of the playbook.</summary>
    Steps,

    /// <summary>One of lint's own checks, where the claim is about the document.</summary>
    Checks,
}

/// <summary>One name that a claim is bound to.</summary>
public readonly record struct Binding(BindingKind Kind, string Name, SourceLocation Location);

/// <summary>A sentence of the original: its address (<c>000/strategy-abstract/3</c>) and a few of its words.</summary>
public readonly record struct Answer(string Address, string Quote, SourceLocation Location);
