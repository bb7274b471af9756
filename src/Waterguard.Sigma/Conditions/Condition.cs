using System.Collections.Immutable;

namespace Waterguard.Sigma.Conditions;

/// <summary>A checked condition: a tree that says when a rule matches an event. Immutable; shared freely between threads.</summary>
public abstract record Condition;

/// <summary>Every part holds. An empty one always holds.</summary>
public sealed record AllOf(ImmutableArray<Condition> Parts) : Condition;

/// <summary>At least one part holds. An empty one never holds.</summary>
public sealed record AnyOf(ImmutableArray<Condition> Parts) : Condition;

/// <summary>At least <paramref name="Count"/> parts hold (<c>2 of selection_*</c>).</summary>
public sealed record AtLeast(int Count, ImmutableArray<Condition> Parts) : Condition;

/// <summary>The part does not hold.</summary>
public sealed record Not(Condition Part) : Condition;

/// <summary>Some value of the field passes the test; a plain path over an array means any element
/// (Sigma enhancement proposal 212).</summary>
/// <param name="Field">The path as written, such as <c>objectRef.resource</c>, <c>sourceIPs[-1]</c> or
/// <c>annotations."audit.k8s.io/truncated"</c>. Inside an <see cref="ElementTest"/> it is relative to the element; empty is the element itself.</param>
public sealed record FieldTest(string Field, Test Test) : Condition;

/// <summary>Some string value of the record, whatever its field, passes the test.</summary>
public sealed record KeywordTest(Test Test) : Condition;

/// <summary>Judges the elements of an array one by one: all clauses of the body must hold on the same element.</summary>
/// <param name="Array">Path of the array, without the quantifier.</param>
public sealed record ElementTest(string Array, Quantifier Quantifier, Condition Body) : Condition;

/// <summary>How many elements must satisfy the body.</summary>
public enum Quantifier
{
    /// <summary>At least one.</summary>
    Any,

    /// <summary>Every one, and there is at least one.</summary>
    All,

    /// <summary>Every one; an empty or missing array passes.</summary>
    AllOrEmpty,

    /// <summary>Not one.</summary>
    None,
}
