using System.Collections.Immutable;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Turns the conditions of all rules that are evaluated on one form of records into nodes; equal predicates become one.</summary>
internal sealed class ConditionCompiler(EventLayout.Builder layout, TestCompiler tests, ImmutableHashSet<string> resolvedFields, bool precise)
{
    private readonly List<KeywordNode> _keywords = [];
    private readonly Dictionary<string, Node> _shared = new(StringComparer.Ordinal);

    /// <summary>All keyword tests.</summary>
    public IReadOnlyList<KeywordNode> Keywords => _keywords;

    /// <summary>How many answers a <see cref="MatchContext"/> must have room for.</summary>
    public int Predicates { get; private set; }

    public Node Compile(Condition condition) => Compile(Dialects.Translate(condition, layout.Shape), []);

    private Node Compile(Condition condition, ImmutableArray<string> scope) => condition switch
    {
        AllOf all => new AllNode([.. all.Parts.Select(p => Compile(p, scope))]),
        AnyOf any => new AnyNode([.. any.Parts.Select(p => Compile(p, scope))]),
        AtLeast atLeast => new AtLeastNode(atLeast.Count, [.. atLeast.Parts.Select(p => Compile(p, scope))]),
        Not not => new NotNode(Compile(not.Part, scope)),
        FieldTest field => Shared(SigmaText.Of(field) + "\0" + string.Join('\0', scope), () => Field(field, scope)),
        KeywordTest keyword => Shared(SigmaText.Of(keyword), () => Keyword(keyword.Test)),
        ElementTest element => Element(element, scope),
        _ => new ConstantNode(Truth.False),
    };

    private KeywordNode Keyword(Test test)
    {
        var node = new KeywordNode(Predicates++, test, tests.Compile(KeywordNode.Anywhere(test)));
        _keywords.Add(node);
        return node;
    }

    private Node Shared(string key, Func<Node> make) => _shared.TryGetValue(key, out var known) ? known : _shared[key] = make();

    private Node Element(ElementTest test, ImmutableArray<string> scope)
    {
        var arrays = Names(test.Array, scope).SelectMany(name => layout.Arrays(name)).Distinct().ToImmutableArray();
        return new ElementNode([.. arrays.Select(a => a.ArrayId)], test.Quantifier, Compile(test.Body, [.. arrays.Select(a => a.Path)]));
    }

    private Node Field(FieldTest field, ImmutableArray<string> scope)
    {
        if (resolvedFields.Contains(field.Field)) return new ConstantNode(Truth.Unknown);
        var binding = Bind(field.Field, scope);
        return field.Test switch
        {
            ExistsTest exists => exists.Exists ? new PresenceNode(binding, wantNull: false) : new NotNode(new PresenceNode(binding, wantNull: false)),
            NullTest => new PresenceNode(binding, wantNull: true),
            FieldReferenceTest reference => new ReferenceNode(binding, Bind(reference.OtherField, scope), reference.Kind, reference.Cased),
            _ => new PredicateNode(Predicates++, Tiers(binding, field.Test)),
        };
    }

    // Inside a quantifier a name is relative to the elements of all arrays that the quantifier stands for.
    private FieldBinding Bind(string name, ImmutableArray<string> scope)
    {
        if (scope.IsDefaultOrEmpty) return layout.Bind(name);
        var parts = Names(name, scope).Select(layout.Bind).ToArray();
        return new FieldBinding(name, [[.. parts.SelectMany(p => p.Slots).DistinctBy(s => s.Slot)]]);
    }

    private static IEnumerable<string> Names(string name, ImmutableArray<string> scope) =>
        scope.IsDefaultOrEmpty ? [name] : scope.Select(s => name.Length == 0 ? s : s + "." + name);

    private SlotTest[][] Tiers(FieldBinding binding, Test test)
    {
        var compiled = tests.Compile(test);
        return [.. binding.Tiers.Select(tier => tier.Select(slot => Slot(slot, test, compiled)).ToArray())];
    }

    // Where raw values stand for others, the question is asked beforehand of each of them.
    private SlotTest Slot(SlotBinding slot, Test test, ValueTest compiled)
    {
        if (slot.Constant is { } constant) return new SlotTest(slot, null, tests.Passes(compiled, constant), []);
        if (slot.Values is not { } values) return new SlotTest(slot, compiled, false, TestCompiler.Atoms(test, compiled, slot, precise));
        ImmutableArray<string> raw = [.. values.Where(v => tests.Passes(compiled, v.Value)).Select(v => v.Key).Order(StringComparer.Ordinal)];
        return new SlotTest(slot, new ExactTest(raw, cased: false), false, [.. raw.Select(r => new Atom(AtomKind.Exact, slot.Slot, r))]);
    }
}
