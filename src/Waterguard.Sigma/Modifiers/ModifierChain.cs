using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Modifiers;

/// <summary>What a field's modifiers make of its values.</summary>
internal enum Matching
{
    Text,
    Regex,
    Cidr,
    Exists,
    Compare,
    FieldReference,
    Lookup,
    TimePart,
}

/// <summary>The modifiers of one field, read and checked against each other.</summary>
internal sealed class ModifierChain
{
    public static ModifierChain None { get; } = new();

    public Matching Matching { get; private set; }

    public TextKind TextKind { get; private set; }

    public Comparison Comparison { get; private set; }

    public TimePart TimePart { get; private set; }

    public bool All { get; private set; }

    public bool Cased { get; private set; }

    public bool Negated { get; private set; }

    public bool Expand { get; private set; }

    public bool IgnoreCase { get; private set; }

    public bool MultiLine { get; private set; }

    public bool DotAll { get; private set; }

    /// <summary>The transforming modifiers in the order written.</summary>
    public ImmutableArray<ValueEncoding> Encodings { get; private set; } = [];

    /// <summary>Reads the modifiers. Null when one is unknown or two do not go together; that has been reported.</summary>
    public static ModifierChain? Parse(ReadOnlySpan<string> names, SourceLocation at, DiagnosticBag bag)
    {
        var chain = new ModifierChain();
        var errors = bag.ErrorCount;
        foreach (var name in names)
        {
            if (!chain.Add(name, at, bag))
                bag.Error(SigmaCodes.UnknownModifier, at, $"There is no modifier '{name}'.");
        }
        if (chain.Conflict() is { } conflict)
            bag.Error(SigmaCodes.ModifierConflict, at, conflict);
        if (chain.Encodings.Contains(ValueEncoding.Base64Offset) && chain.TextKind != TextKind.Contains)
            bag.Warning(SigmaCodes.OffsetWithoutContains, at, "'base64offset' without 'contains' hardly ever matches: the value is part of a longer text.");
        return bag.ErrorCount == errors ? chain : null;
    }

    private bool Add(string name, SourceLocation at, DiagnosticBag bag)
    {
        switch (name)
        {
            case "contains": return Text(TextKind.Contains, name, at, bag);
            case "startswith": return Text(TextKind.StartsWith, name, at, bag);
            case "endswith": return Text(TextKind.EndsWith, name, at, bag);
            case "re": return Match(Matching.Regex, name, at, bag);
            case "cidr": return Match(Matching.Cidr, name, at, bag);
            case "exists": return Match(Matching.Exists, name, at, bag);
            case "fieldref": return Match(Matching.FieldReference, name, at, bag);
            case "lookup": return Match(Matching.Lookup, name, at, bag);
            case "gt": return Compare(Comparison.Greater, name, at, bag);
            case "gte": return Compare(Comparison.GreaterOrEqual, name, at, bag);
            case "lt": return Compare(Comparison.Less, name, at, bag);
            case "lte": return Compare(Comparison.LessOrEqual, name, at, bag);
            case "minute": return Time(TimePart.Minute, name, at, bag);
            case "hour": return Time(TimePart.Hour, name, at, bag);
            case "day": return Time(TimePart.Day, name, at, bag);
            case "week": return Time(TimePart.Week, name, at, bag);
            case "month": return Time(TimePart.Month, name, at, bag);
            case "year": return Time(TimePart.Year, name, at, bag);
            case "all": return All = true;
            case "cased": return Cased = true;
            case "neq": return Negated = true;
            case "expand": return Expand = true;
            case "i" or "ignorecase": return IgnoreCase = Flag(name, at, bag);
            case "m" or "multiline": return MultiLine = Flag(name, at, bag);
            case "s" or "dotall": return DotAll = Flag(name, at, bag);
            case "base64": return Encode(ValueEncoding.Base64, name, at, bag);
            case "base64offset": return Encode(ValueEncoding.Base64Offset, name, at, bag);
            case "wide" or "utf16le": return Encode(ValueEncoding.Utf16LittleEndian, name, at, bag);
            case "utf16be": return Encode(ValueEncoding.Utf16BigEndian, name, at, bag);
            case "utf16": return Encode(ValueEncoding.Utf16, name, at, bag);
            case "windash": return Encode(ValueEncoding.WindowsDash, name, at, bag);
            default: return false;
        }
    }

    private bool Text(TextKind kind, string name, SourceLocation at, DiagnosticBag bag)
    {
        if (TextKind != TextKind.Exact)
            bag.Error(SigmaCodes.ModifierConflict, at, $"'{name}' does not go with another of contains, startswith and endswith.");
        TextKind = kind;
        return true;
    }

    private bool Match(Matching matching, string name, SourceLocation at, DiagnosticBag bag)
    {
        if (Matching != Matching.Text)
            bag.Error(SigmaCodes.ModifierConflict, at, $"'{name}' does not go with another modifier that says how to compare.");
        Matching = matching;
        return true;
    }

    private bool Compare(Comparison comparison, string name, SourceLocation at, DiagnosticBag bag)
    {
        Comparison = comparison;
        // A part of a time may be compared: "|hour|gte".
        return Matching == Matching.TimePart || Match(Matching.Compare, name, at, bag);
    }

    private bool Time(TimePart part, string name, SourceLocation at, DiagnosticBag bag)
    {
        TimePart = part;
        return Match(Matching.TimePart, name, at, bag);
    }

    private bool Flag(string name, SourceLocation at, DiagnosticBag bag)
    {
        if (Matching != Matching.Regex)
            bag.Error(SigmaCodes.ModifierConflict, at, $"'{name}' goes after 're' only.");
        return true;
    }

    private bool Encode(ValueEncoding encoding, string name, SourceLocation at, DiagnosticBag bag)
    {
        // A dash is the same dash wherever the text sits; an encoding of a text with open ends is something else.
        if (encoding != ValueEncoding.WindowsDash && TextKind != TextKind.Exact)
            bag.Error(SigmaCodes.ModifierConflict, at, $"'{name}' goes before contains, startswith and endswith.");
        Encodings = Encodings.Add(encoding);
        return true;
    }

    private string? Conflict()
    {
        if (TextKind != TextKind.Exact && Matching is not (Matching.Text or Matching.FieldReference))
            return "'contains', 'startswith' and 'endswith' go with texts and 'fieldref' only.";
        if (Encodings.Length > 0 && Matching != Matching.Text)
            return "Encodings and 'windash' go with texts only.";
        if (Cased && Matching is not (Matching.Text or Matching.FieldReference or Matching.Regex))
            return "'cased' goes with texts and 'fieldref' only.";
        if (Cased && IgnoreCase)
            return "'cased' and 'i' exclude each other.";
        if (Expand && Matching is not (Matching.Text or Matching.Regex or Matching.Cidr))
            return "'expand' goes with texts, 're' and 'cidr' only.";
        if (All && Matching == Matching.Exists)
            return "'all' does not go with 'exists'.";
        return null;
    }
}
