using System.Collections.Immutable;

namespace Waterguard.Events.Shapes;

/// <summary>What is known about the records of one form of one source: how to tell them, where their time is, and how their fields map
/// to Elastic Common Schema names. Data only; immutable.</summary>
/// <param name="Source">Name of the source, <c>product.service</c>; the same for all its forms.</param>
/// <param name="Form">Name of the form within the source.</param>
/// <param name="LogSources">What the source answers to; empty with <paramref name="TakesEveryRule"/>.</param>
/// <param name="TakesEveryRule">Every rule is evaluated, whatever its log source (<c>json</c>).</param>
/// <param name="Recognise">All must hold for a record to be of this form; empty: only when asked for by name.</param>
/// <param name="Unwrap">The array, or JSON text, inside the record that holds the real records; null when the record is one.</param>
/// <param name="Time">Paths of the event's time, the first that parses wins.</param>
/// <param name="Id">Paths that together make the record's identity; empty: its whole text does.</param>
/// <param name="Roots">Objects inside the record in which plain names are looked for as well.</param>
/// <param name="Map">Other names for fields: ECS, and those of public rule dialects.</param>
/// <param name="Derive">Fields that are cut out of others.</param>
/// <param name="Scopes">Names that stand for several arrays in a quantifier.</param>
/// <param name="Entities">Kind of entity -> fields that name it.</param>
public sealed record EventShape(
    string Source,
    string Form,
    ImmutableArray<LogSource> LogSources,
    bool TakesEveryRule,
    ImmutableArray<RecordTest> Recognise,
    string? Unwrap,
    ImmutableArray<string> Time,
    ImmutableArray<string> Id,
    ImmutableArray<string> Roots,
    ImmutableDictionary<string, FieldMapping> Map,
    ImmutableArray<PrefixMapping> Prefixes,
    ImmutableArray<Derivation> Derive,
    ImmutableDictionary<string, ImmutableArray<string>> Scopes,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities,
    ImmutableArray<ValueDialect> ValueDialects,
    Vocabulary Vocabulary)
{
    /// <summary>Names that are mapped only because public rules were written for what another tool makes of the log.</summary>
    public ImmutableHashSet<string> DialectFields { get; init; } = [];

    /// <summary>Lists of names and values inside the record, whose values rules read by name.</summary>
    public ImmutableArray<PairMapping> Pairs { get; init; } = [];

    /// <summary>Large parts of the record that are read only when a rule may need them.</summary>
    public ImmutableArray<string> Bodies { get; init; } = [];

    /// <summary>Arrays of which each element is an event of its own, together with everything around the array; outer ones first.</summary>
    public ImmutableArray<string> Split { get; init; } = [];

    /// <summary>Objects whose members are records: path -> what is said of its members. Each becomes <c>{…, entry: {path, change, value}}</c>.</summary>
    public ImmutableDictionary<string, string> Members { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether its records are envelopes of others, which are recognised by themselves.</summary>
    public bool IsEnvelope => Unwrap is not null || !Members.IsEmpty;

    /// <summary>Whether a rule for that log source is evaluated on these records.</summary>
    public bool Takes(LogSource rule) => TakesEveryRule || LogSources.Any(rule.Fits);
}

/// <summary>A test on one field by which a record is recognised.</summary>
/// <param name="AnyOf">Its text fits one of these patterns with <c>*</c>; empty: it is just there.</param>
/// <param name="Negated">It does not, or is not there.</param>
public sealed record RecordTest(string Path, ImmutableArray<string> AnyOf, bool Negated);

/// <summary>Where the values of a mapped field come from: the union of several paths, or one constant.</summary>
/// <param name="Values">Raw value -> mapped value; null when values are taken as they are. Raw values that are not listed give none.</param>
public sealed record FieldMapping(ImmutableArray<string> Paths, ImmutableDictionary<string, string>? Values, string? Constant);

/// <summary>All fields below one path stand for those below another (<c>requestObject.*: protoPayload.request.*</c>).</summary>
public sealed record PrefixMapping(string From, string To);

/// <summary>A list of names and values (<c>Parameters[]{Name, Value}</c>): the value called <c>X</c> is read as <c>Prefix.X</c>, whatever its place in the list.
/// Names are compared without regard to case.</summary>
/// <param name="List">Path of the array.</param>
/// <param name="Name">Path of the name within an element.</param>
/// <param name="Values">Paths of the value within an element; a list says in which one by the value's type.</param>
public sealed record PairMapping(string Prefix, string List, string Name, ImmutableArray<string> Values);

/// <summary>Fields that a regular expression's named groups cut out of another field's value.</summary>
public sealed record Derivation(string From, string Pattern);

/// <summary>A value that public rules use for a field although the log writes something else.</summary>
/// <param name="Field">The field as those rules write it.</param>
/// <param name="Value">The value as those rules write it.</param>
/// <param name="MeansField">The field that says it in the log.</param>
/// <param name="MeansValue">The value that says it in the log.</param>
public sealed record ValueDialect(string Field, string Value, string MeansField, string MeansValue);

/// <summary>What the records can hold at all: for telling rules that can never fire.</summary>
/// <param name="Fields">Every path that the format can have (<c>requestObject.*</c> for anything below); empty: unknown.</param>
/// <param name="Values">Closed sets of values by field.</param>
/// <param name="Levels">Path prefix -> the level of detail at which the source writes it.</param>
public sealed record Vocabulary(
    ImmutableArray<string> Fields, ImmutableDictionary<string, ImmutableArray<string>> Values, ImmutableDictionary<string, string> Levels)
{
    /// <summary>Nothing known.</summary>
    public static Vocabulary Unknown { get; } =
        new([], ImmutableDictionary<string, ImmutableArray<string>>.Empty, ImmutableDictionary<string, string>.Empty);
}
