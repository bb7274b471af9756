using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma.Parsing;

/// <summary>What a correlation's condition says.</summary>
internal sealed record CorrelationCondition(ImmutableArray<NumericCondition> Numbers, ImmutableArray<string> Field, double? Percentile, string? Expression,
    ImmutableArray<string> NamesInExpression)
{
    public static CorrelationCondition None { get; } = new([], [], null, null, []);
}

/// <summary>Reads the condition of a correlation: numbers to compare with, or a text over rule names.</summary>
internal sealed class CorrelationConditionParser(ParseContext context)
{
    private static readonly string[] Operators = ["eq", "gt", "gte", "lt", "lte", "neq"];

    public CorrelationCondition Parse(MappingReader section, CorrelationForm form, ImmutableArray<string> rules)
    {
        switch (section.Node("condition"))
        {
            case null when form.Condition == ConditionUse.Required:
                context.Bag.Error(SigmaCodes.MissingForType, section.Mapping.Location, $"A correlation of type {form.Name} needs 'condition'.");
                return CorrelationCondition.None;
            case null:
                return CorrelationCondition.None;
            case { } node when form.Condition == ConditionUse.None:
                context.Bag.Error(SigmaCodes.NotForType, node.Location, $"A correlation of type {form.Name} has no condition.");
                return CorrelationCondition.None;
            case YamlMapping mapping:
                return Numbers(new MappingReader(mapping, context.Bag), form);
            case YamlScalar { Kind: ScalarKind.Text } text when form.MayBeExpression:
                return Expression(text, rules);
            case var other:
                return Bad(other.Location, "A correlation's condition is a mapping such as {gte: 10}.");
        }
    }

    private CorrelationCondition Numbers(MappingReader condition, CorrelationForm form)
    {
        var numbers = ImmutableArray.CreateBuilder<NumericCondition>();
        foreach (var name in Operators)
        {
            if (condition.Number(name) is { } number)
                numbers.Add(new(ComparisonOf(name), (double)number, Negated: name == "neq"));
        }
        if (numbers.Count == 0 && !Operators.Any(condition.Has))
            Bad(condition.Mapping.Location, $"The condition has none of {string.Join(", ", Operators)}.");
        else if (IsEmptyRange(numbers))
            Bad(condition.Mapping.Location, "No number satisfies this condition.");

        ImmutableArray<string> field = [];
        if (form.HasField)
        {
            field = condition.Texts("field");
            if (field.IsEmpty)
                context.Bag.Error(SigmaCodes.MissingForType, condition.Mapping.Location, $"The condition of a {form.Name} needs 'field'.");
            else if (field.Length > 1 && form.Type != CorrelationType.ValueCount)
                Bad(condition.LocationOf("field"), "Only value_count takes more than one field.");
        }
        var percentile = form.Type == CorrelationType.ValuePercentile ? Percentile(condition, form) : (double?)null;
        condition.WarnAboutUnknownKeys();
        return CorrelationCondition.None with { Numbers = numbers.ToImmutable(), Field = field, Percentile = percentile };
    }

    private double Percentile(MappingReader condition, CorrelationForm form)
    {
        if (form.Name == CorrelationTypes.Median)
            return 50;
        if (!condition.Has("percentile"))
            context.Bag.Warning(SigmaCodes.BadPercentile, condition.Mapping.Location, "Without 'percentile' this is the median.");
        var percentile = condition.Number("percentile") ?? 50;
        if (percentile is < 0 or > 100)
            context.Bag.Error(SigmaCodes.BadPercentile, condition.LocationOf("percentile"), "A percentile is from 0 to 100.");
        return (double)percentile;
    }

    /// <summary>The grammar is that of rule conditions; the names are those of the rules.</summary>
    private CorrelationCondition Expression(YamlScalar text, ImmutableArray<string> rules)
    {
        var names = rules;
        if (names.IsEmpty)
        {
            string[] words = text.Text.Split([' ', '\t', '\n', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
            names = [.. words.Where(w => w.ToLowerInvariant() is not ("and" or "or" or "not")).Distinct(StringComparer.Ordinal)];
        }
        var selections = new Selections();
        foreach (var name in names)
            selections.Add(name, new FieldTest(name, new NullTest()), text.Location);
        var condition = ConditionParser.Parse(text, selections, context.Bag);
        selections.WarnAboutUnread(context.Bag);
        if (condition is not null && HoldsEmpty(condition))
            return Bad(text.Location, "This condition holds when nothing has happened.");
        var normal = string.Join(' ', text.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return CorrelationCondition.None with { Expression = normal, NamesInExpression = names };
    }

    /// <summary>Whether it holds before any of the rules has matched.</summary>
    private static bool HoldsEmpty(Condition condition) => condition switch
    {
        Not not => !HoldsEmpty(not.Part),
        AllOf all => all.Parts.All(HoldsEmpty),
        AnyOf any => any.Parts.Any(HoldsEmpty),
        AtLeast some => some.Parts.Count(HoldsEmpty) >= some.Count,
        _ => false,
    };

    private static bool IsEmptyRange(IEnumerable<NumericCondition> numbers)
    {
        double low = double.NegativeInfinity, high = double.PositiveInfinity;
        bool openLow = false, openHigh = false;
        foreach (var (comparison, number, _) in numbers.Where(n => !n.Negated))
        {
            if (comparison is Comparison.Greater or Comparison.GreaterOrEqual or Comparison.Equal && number >= low)
                (low, openLow) = (number, (openLow && number == low) || comparison == Comparison.Greater);
            if (comparison is Comparison.Less or Comparison.LessOrEqual or Comparison.Equal && number <= high)
                (high, openHigh) = (number, (openHigh && number == high) || comparison == Comparison.Less);
        }
        return low > high || (low == high && (openLow || openHigh));
    }

    private static Comparison ComparisonOf(string name) => name switch
    {
        "gt" => Comparison.Greater,
        "gte" => Comparison.GreaterOrEqual,
        "lt" => Comparison.Less,
        "lte" => Comparison.LessOrEqual,
        _ => Comparison.Equal,
    };

    private CorrelationCondition Bad(SourceLocation at, string reason)
    {
        context.Bag.Error(SigmaCodes.BadCorrelationCondition, at, reason);
        return CorrelationCondition.None;
    }
}
