using System.Collections.Immutable;
using Waterguard.Sigma;

namespace Waterguard.Detection.Census;

/// <summary>What a fact says of its subject.</summary>
public enum Saying
{
    /// <summary>It was there.</summary>
    Seen,

    /// <summary>It began.</summary>
    Starts,

    /// <summary>It ended.</summary>
    Ends,
}

/// <summary>What a fact is about.</summary>
public enum Subject
{
    /// <summary>One container.</summary>
    Container,

    /// <summary>One pod.</summary>
    Pod,

    /// <summary>What makes pods: a deployment, a job.</summary>
    Workload,

    /// <summary>A container engine, or a socket of a runtime.</summary>
    Engine,

    /// <summary>That several names are one identity.</summary>
    Identity,
}

/// <summary>How facts are read from records: which records, and where in them the parts are. A rule that never alerts. Immutable.</summary>
/// <param name="Rule">Log source and condition; its header's id is the reading's.</param>
/// <param name="Fields">Part of a fact (<see cref="Part"/>) -> the names, as rules write them, under which the record has it; the first that has a value counts.</param>
/// <param name="Each">Arrays of whose elements each is a fact of its own; empty: the record is one fact.</param>
/// <param name="ElementFields">The same as <paramref name="Fields"/>, relative to the element.</param>
/// <param name="Requires">Parts without which an element, or the record, tells nothing.</param>
public sealed record Reading(
    SigmaRule Rule, Witness Witness, Subject Subject, Saying Saying, ImmutableSortedDictionary<string, ImmutableArray<string>> Fields,
    ImmutableArray<string> Each, ImmutableSortedDictionary<string, ImmutableArray<string>> ElementFields, ImmutableArray<string> Requires)
{
    /// <summary>The reading's id.</summary>
    public string Id => Rule.Header.Id;
}

/// <summary>All witnesses, and how their facts are read. Immutable.</summary>
public sealed class ReadingCatalog
{
    /// <summary>A catalog of these.</summary>
    public ReadingCatalog(ImmutableArray<Witness> witnesses, ImmutableArray<Reading> readings)
    {
        (Witnesses, Readings) = (witnesses, readings);
        ByRule = readings.ToImmutableDictionary(r => r.Rule, r => r, ReferenceEqualityComparer.Instance as IEqualityComparer<SigmaRule>);
        Sources = [.. witnesses.SelectMany(w => w.Sources)];
    }

    /// <summary>Nobody tells anything.</summary>
    public static ReadingCatalog Empty { get; } = new([], []);

    /// <summary>The witnesses by name.</summary>
    public ImmutableArray<Witness> Witnesses { get; }

    /// <summary>The readings by id.</summary>
    public ImmutableArray<Reading> Readings { get; }

    /// <summary>The reading behind a compiled rule.</summary>
    public ImmutableDictionary<SigmaRule, Reading> ByRule { get; }

    /// <summary>Sources of which it must be known when they delivered.</summary>
    public ImmutableHashSet<string> Sources { get; }
}
