using System.Collections.Immutable;
using Waterguard.Detection.Lists;
using Waterguard.Detection.Matching;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Reach;

/// <summary>What a rule needs of the records of one form, for telling whether it can fire on telemetry that lacks something. Immutable.</summary>
public sealed class RuleNeeds
{
    private static readonly TestCompiler Tests = new(ListCatalog.Empty, new RuntimeCounters());
    private readonly Condition _condition;
    private readonly EventShape _shape;

    private RuleNeeds(Condition condition, EventShape shape)
    {
        _condition = condition;
        _shape = shape;
        Fields = [.. RuleReach.Leaves(condition, positive: true).Select(t => t.Field).Where(f => f.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The fields of which some must be there for it to fire, as the rule names them.</summary>
    public ImmutableArray<string> Fields { get; }

    /// <summary>The needs of a rule on records of a form.</summary>
    public static RuleNeeds Of(SigmaRule rule, EventShape shape) => new(Dialects.Translate(rule.Condition, shape), shape);

    /// <summary>Where the values of a name can stand in the records: its mapped paths, or the name itself.</summary>
    public static ImmutableArray<string> PathsOf(string name, EventShape shape) =>
        shape.Scopes.TryGetValue(name, out var scope) ? scope : shape.Map.TryGetValue(name, out var mapping) && mapping.Constant is null ? mapping.Paths : [name];

    /// <summary>Whether the rule can fire when only some fields are there.</summary>
    /// <param name="available">Whether a name can have a value.</param>
    public bool CanFire(Func<string, bool> available) => CanFire(available, null, "");

    /// <summary>The same for records in which a field has a given value.</summary>
    public bool CanFire(Func<string, bool> available, string? field, string value)
    {
        var given = field is null ? null : new Func<string, bool>(name => name == field || PathsOf(name, _shape).Contains(field, StringComparer.Ordinal));
        return new RuleReach.Walk(test => test.Test is NullTest or ExistsTest { Exists: false }
            || (test.Test is TextTest or RegexTest && given?.Invoke(test.Field) == true ? Tests.Passes(Tests.Compile(test.Test), value) : available(test.Field))).CanBeTrue(_condition);
    }
}
