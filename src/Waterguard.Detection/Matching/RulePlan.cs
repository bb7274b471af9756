using System.Collections.Immutable;
using Waterguard.Detection.Lists;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;

namespace Waterguard.Detection.Matching;

/// <summary>All rules that are evaluated on the records of one form, compiled together with the tree of fields that they read. Immutable; shared.</summary>
public sealed class RulePlan
{
    private readonly Node[] _conditions;
    private readonly CandidateIndex _index;

    private RulePlan(EventLayout layout, ImmutableArray<SigmaRule> rules, Node[] conditions, CandidateIndex index, int predicates)
    {
        Layout = layout;
        Rules = rules;
        _conditions = conditions;
        _index = index;
        PredicateCount = predicates;
    }

    /// <summary>Fields to extract.</summary>
    public EventLayout Layout { get; }

    /// <summary>The rules whose log source fits, in the order of their loading.</summary>
    public ImmutableArray<SigmaRule> Rules { get; }

    /// <summary>Different predicates over all rules.</summary>
    public int PredicateCount { get; }

    /// <summary>Rules that no index entry could be found for: they are judged on every record.</summary>
    public int UnindexedRules => _index.Unindexed;

    internal CandidateIndex Index => _index;

    internal int CandidateWords => _index.Words;

    internal int KeywordCount => _index.Keywords;

    /// <summary>Compiles the rules that fit a form.</summary>
    /// <param name="alsoNeeded">Further names whose values the host reads from every record.</param>
    /// <param name="unknown">Fields that only later facts fill in: clauses on them are unknown here.</param>
    public static RulePlan Compile(
        EventShape shape, IEnumerable<SigmaRule> rules, IEnumerable<string> alsoNeeded, ListCatalog lists, RuntimeCounters counters, ImmutableHashSet<string>? unknown = null)
    {
        var builder = new EventLayout.Builder(shape);
        foreach (var name in alsoNeeded) builder.BindAtOnce(name);
        ImmutableArray<SigmaRule> routed = [.. rules.Where(r => shape.Takes(r.LogSource))];
        var compiler = new ConditionCompiler(builder, new TestCompiler(lists, counters), unknown ?? [], precise: routed.Length <= CandidateIndex.ManyRules);
        var conditions = routed.Select(r => compiler.Compile(r.Condition)).ToArray();
        var layout = builder.Build();
        return new RulePlan(layout, routed, conditions, new CandidateIndex(conditions, compiler.Keywords, [.. layout.Tree.InBodies]), compiler.Predicates);
    }

    internal Truth Judge(int rule, MatchContext context) => _conditions[rule].Judge(context);

}
