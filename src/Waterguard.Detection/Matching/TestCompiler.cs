using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Detection.Lists;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Modifiers;

namespace Waterguard.Detection.Matching;

/// <summary>Turns a checked test into a compiled one, with the atoms by which the index can tell that it does not hold.</summary>
internal sealed class TestCompiler(ListCatalog lists, RuntimeCounters counters)
{
    private readonly EventBuffer _probe = new();
    private readonly FieldTree _probeTree = ProbeTree();

    public ValueTest Compile(Test test) => test switch
    {
        TextTest text => Text(text),
        RegexTest regex => Any([.. regex.AnyOf.Select(p => (ValueTest)new RegexValueTest(Expression(p, regex), counters.RegexInputCapped))]),
        CompareTest compare => new CompareValueTest(compare.Comparison, compare.Number),
        CidrTest cidr => new CidrValueTest(cidr.AnyOf),
        TimePartTest time => new TimePartValueTest(time.Part, time.Comparison, time.Number),
        LookupTest lookup => new LookupValueTest(lists.Find(lookup.List)),
        _ => new AnyOfTests([]),
    };

    /// <summary>Whether a text, standing alone, passes a test: for values that are known before any event.</summary>
    public bool Passes(ValueTest test, string text)
    {
        _probe.Reset([], 0, 0, _probeTree);
        _probe.AddText(0, text);
        return test.Holds(_probe, 0);
    }

    /// <summary>What of a test the index can tell.</summary>
    /// <param name="precise">Whether there are few enough rules to ask every value of the slot every test: else only the ends of texts are looked at.</param>
    public static IReadOnlyList<Atom> Atoms(Test test, ValueTest compiled, SlotBinding place, bool precise)
    {
        var slot = place.Slot;
        Atom[] otherwise = precise ? [new Atom(AtomKind.Tested, slot, SigmaText.Of(test), compiled)] : [Atom.Present(place)];
        if (test is not TextTest text || text.AnyOf.Length > 4096) return otherwise;
        var atoms = new List<Atom>();
        foreach (var pattern in text.AnyOf)
        {
            var literal = pattern.Literal;
            switch (pattern.Kind)
            {
                case TextKind.Exact when pattern.Number is not null:
                    atoms.Add(new Atom(AtomKind.Number, slot, literal));
                    atoms.Add(new Atom(AtomKind.Exact, slot, literal));
                    break;
                case TextKind.Exact: atoms.Add(new Atom(AtomKind.Exact, slot, literal)); break;
                case TextKind.StartsWith when literal.Length >= 4 && !precise: atoms.Add(new Atom(AtomKind.Prefix, slot, literal)); break;
                case TextKind.EndsWith when literal.Length >= 4 && !precise: atoms.Add(new Atom(AtomKind.Suffix, slot, literal)); break;
                default: return otherwise;
            }
        }

        return atoms;
    }

    private ValueTest Text(TextTest test)
    {
        var tests = new List<ValueTest>();
        ImmutableArray<string> Of(TextKind kind) => [.. test.AnyOf.Where(p => p.Kind == kind).Select(p => p.Literal).Distinct(StringComparer.Ordinal)];
        var exact = Of(TextKind.Exact);
        if (exact.Length > 4 && !test.Cased) tests.Add(new ExactSetTest(exact));
        else if (exact.Length > 0) tests.Add(new ExactTest(exact, test.Cased));
        ImmutableArray<decimal> numbers = [.. test.AnyOf.Where(p => p.Number is not null).Select(p => p.Number!.Value)];
        if (numbers.Length > 0) tests.Add(new NumberTest(numbers));
        if (Of(TextKind.StartsWith) is { Length: > 0 } starts) tests.Add(new EndsTest(starts, test.Cased, atStart: true));
        if (Of(TextKind.EndsWith) is { Length: > 0 } ends) tests.Add(new EndsTest(ends, test.Cased, atStart: false));
        if (Of(TextKind.Contains) is { Length: > 0 } needles) tests.Add(new ContainsTest(needles, test.Cased));
        tests.AddRange(test.AnyOf.Where(p => p.Kind == TextKind.Wildcard).Select(p => new WildcardTest(p.Parts, test.Cased)));
        return Any(tests);
    }

    private static ValueTest Any(List<ValueTest> tests) => tests.Count == 1 ? tests[0] : new AnyOfTests([.. tests]);

    // The parser has refused what cannot be built; building again gives the shared one.
    private static Regex Expression(string pattern, RegexTest test) =>
        LinearRegex.TryCreate(pattern, test.IgnoreCase, test.MultiLine, test.DotAll, out var regex, out var problem)
            ? regex : throw new InvalidOperationException(problem.Reason);

    private static FieldTree ProbeTree()
    {
        var builder = new FieldTree.Builder();
        builder.Slot(FieldPath.Parse("value"));
        return builder.Build();
    }
}
