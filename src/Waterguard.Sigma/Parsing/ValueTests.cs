using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Modifiers;

namespace Waterguard.Sigma.Parsing;

/// <summary>Turns the values of one field, with its modifiers, into tests.</summary>
internal sealed class ValueTests(ParseContext context, ModifierChain chain, bool keyword)
{
    /// <summary>Most patterns that one field's values may become (windash and placeholders multiply them).</summary>
    internal const int MaxPatterns = 20_000;

    private const int MaxPlaceholders = 8;
    private const int MaxDashes = 6;

    private readonly DiagnosticBag _bag = context.Bag;
    private int _patterns;
    private bool _spent;

    /// <summary>The condition over all values: "or", or "and" with <c>|all</c>. Null when a value was wrong; that has been reported.</summary>
    public Condition? Build(IReadOnlyList<YamlScalar> values, Func<Test, Condition> target)
    {
        var errors = _bag.ErrorCount;
        if (chain.All && values.Count == 1)
            _bag.Warning(SigmaCodes.AllOnSingle, values[0].Location, "'all' needs more than one value.");
        if (values.Count > 1 && values.FirstOrDefault(v => v.Kind == ScalarKind.Null) is { } stray)
            _bag.Warning(SigmaCodes.NullInList, stray.Location, "Null among other values: give it a selection of its own.");

        var perValue = new List<List<Test>>(values.Count);
        foreach (var value in values)
        {
            var tests = new List<Test>(1);
            Add(value, tests);
            perValue.Add(tests);
            if (_spent)
            {
                _bag.Error(SigmaCodes.TooManyValues, value.Location, $"The values become too many patterns: at most {MaxPatterns} in a field, fewer if they are long.");
                break;
            }
        }
        if (_bag.ErrorCount != errors)
            return null;
        if (chain.Negated)
            return new Not(Joined.Any([.. MergedTests.Of(perValue.SelectMany(t => t)).Select(target)]));
        return chain.All
            ? Joined.All([.. perValue.Select(t => Joined.Any([.. MergedTests.Of(t).Select(target)]))])
            : Joined.Any([.. MergedTests.Of(perValue.SelectMany(t => t)).Select(target)]);
    }

    private void Add(YamlScalar value, List<Test> tests)
    {
        if (value.Kind == ScalarKind.Null)
        {
            if (keyword || chain.Matching != Matching.Text || chain.TextKind != TextKind.Exact || chain.Encodings.Length > 0)
                Reject(value, keyword ? "A keyword cannot be null." : "Null goes without modifiers.");
            else
                tests.Add(new NullTest());
            return;
        }
        switch (chain.Matching)
        {
            case Matching.Text:
                AddTexts(value, tests);
                break;
            case Matching.Regex:
                AddRegex(value, tests);
                break;
            case Matching.Cidr:
                AddNetworks(value, tests);
                break;
            case Matching.Exists:
                if (value.Kind == ScalarKind.Boolean)
                    tests.Add(new ExistsTest(value.Boolean));
                else
                    Reject(value, "'exists' takes true or false.");
                break;
            case Matching.Compare:
                if (value.Kind == ScalarKind.Number)
                    tests.Add(new CompareTest(chain.Comparison, value.Number));
                else
                    Reject(value, "A comparison takes a number, without quotes.");
                break;
            case Matching.TimePart:
                if (value.Kind == ScalarKind.Number && value.Number == Math.Truncate(value.Number) && value.Number is >= 0 and <= 9_999)
                    tests.Add(new TimePartTest(chain.TimePart, chain.Comparison, (int)value.Number));
                else
                    Reject(value, "A part of a time is a whole number, without quotes.");
                break;
            case Matching.FieldReference:
                tests.Add(new FieldReferenceTest(value.Text, chain.TextKind, chain.Cased));
                break;
            case Matching.Lookup:
                tests.Add(new LookupTest(value.Text));
                break;
        }
    }

    private void AddTexts(YamlScalar value, List<Test> tests)
    {
        var text = value.Kind switch
        {
            ScalarKind.Boolean => value.Boolean ? "true" : "false",
            ScalarKind.Number when value.Text.StartsWith("0x", StringComparison.Ordinal) => value.Number.ToString(CultureInfo.InvariantCulture),
            _ => value.Text,
        };
        var number = value.Kind == ScalarKind.Number && !keyword && chain.Encodings.Length == 0 ? value.Number : (decimal?)null;
        // A bare keyword is looked for inside the record's texts.
        var kind = keyword && chain.TextKind == TextKind.Exact ? TextKind.Contains : chain.TextKind;
        var patterns = ImmutableArray.CreateBuilder<TextPattern>(1);
        foreach (var resolved in Expanded(value, text, tests))
        {
            foreach (var encoded in Encoded(value, resolved, 0))
            {
                var pattern = encoded.ToPattern(kind, number);
                if (pattern is { Kind: TextKind.Contains, Literal: "" })
                    _bag.Warning(SigmaCodes.WildcardOnly, value.Location, "This value fits everything; 'exists' says so more clearly.");
                patterns.Add(pattern);
                _spent = ++_patterns > MaxPatterns || !context.Budget.TryTake(encoded.Length);
                if (_spent)
                    return;
            }
        }
        if (patterns.Count > 0)
            tests.Add(new TextTest(patterns.ToImmutable(), chain.Cased));
    }

    private IEnumerable<SigmaString> Expanded(YamlScalar value, string text, List<Test> tests)
    {
        var parsed = SigmaString.Parse(text, chain.Expand);
        if (!chain.Expand)
            return [parsed];
        if (parsed.Pieces.Count(p => p.Kind == PieceKind.Placeholder) > MaxPlaceholders)
        {
            _bag.Error(SigmaCodes.TooManyValues, value.Location, $"A value may have at most {MaxPlaceholders} placeholders.");
            return [];
        }
        if (!parsed.HasPlaceholders)
            _bag.Warning(SigmaCodes.NothingToExpand, value.Location, "There is no %placeholder% in this value.");
        if (!Placeholders.TryResolve(parsed, context.Options.Placeholders, out var resolved, out var missing))
            Unresolved(value, missing, tests);
        return resolved;
    }

    private void Unresolved(YamlScalar value, ImmutableArray<string> missing, List<Test> tests)
    {
        _bag.Warning(SigmaCodes.UnresolvedPlaceholder, value.Location,
            $"No values are known for {string.Join(", ", missing.Select(n => $"%{n}%"))}: this value matches nothing.");
        tests.Add(new UnresolvedPlaceholderTest(missing));
    }

    private IEnumerable<SigmaString> Encoded(YamlScalar value, SigmaString text, int step)
    {
        if (step == chain.Encodings.Length)
            return [text];
        if (chain.Encodings[step] == ValueEncoding.WindowsDash && ValueEncodings.Dashes(text).Count > MaxDashes)
        {
            _bag.Error(SigmaCodes.TooManyValues, value.Location, $"'windash' takes at most {MaxDashes} dashes in a value: each multiplies it by five.");
            return [];
        }
        if (ValueEncodings.Apply(chain.Encodings[step], text) is { } results)
            return step + 1 == chain.Encodings.Length ? results : results.SelectMany(r => Encoded(value, r, step + 1));
        _bag.Error(SigmaCodes.WildcardInEncoding, value.Location, "A value with wildcards cannot be encoded in base64; escape them if they are meant as they stand.");
        return [];
    }

    private void AddRegex(YamlScalar value, List<Test> tests)
    {
        var pattern = value.Text;
        if (chain.Expand)
        {
            if (!Placeholders.TryResolveInRegex(pattern, context.Options.Placeholders, out pattern, out var missing))
            {
                Unresolved(value, missing, tests);
                return;
            }
        }
        if (LinearRegex.TryCreate(pattern, chain.IgnoreCase, chain.MultiLine, chain.DotAll, out _, out var problem))
            tests.Add(new RegexTest([pattern], chain.IgnoreCase, chain.MultiLine, chain.DotAll));
        else
            _bag.Error(problem.Code, value.Location, $"This regular expression is not supported: {problem.Reason}.");
    }

    private void AddNetworks(YamlScalar value, List<Test> tests)
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>(1);
        foreach (var text in chain.Expand ? Expanded(value, value.Text, tests).Select(t => t.Plain) : [value.Text])
        {
            if (!CidrRange.TryParse(text, out var network, out var hostBits))
            {
                _bag.Error(SigmaCodes.BadCidr, value.Location, $"'{text}' is not an address range such as 10.0.0.0/8 or fe80::/10.");
                return;
            }
            if (hostBits)
                _bag.Warning(SigmaCodes.HostBitsInCidr, value.Location, $"'{text}' has bits beyond its prefix; read as {network}.");
            networks.Add(network);
            _spent = ++_patterns > MaxPatterns || !context.Budget.TryTake(text.Length);
            if (_spent)
                return;
        }
        if (networks.Count > 0)
            tests.Add(new CidrTest(networks.ToImmutable()));
    }

    private void Reject(YamlScalar value, string reason) => _bag.Error(SigmaCodes.ValueNotFitting, value.Location, reason);
}
