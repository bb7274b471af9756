using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Sigma.Correlations;

/// <summary>The condition of an extended temporal correlation as a tree.</summary>
public static class CorrelationExpression
{
    /// <summary>The tree, in which a <see cref="FieldTest"/> stands for the rule that its field names; null where the correlation has no expression.</summary>
    public static Condition? ParsedExpression(this Correlation correlation)
    {
        if (correlation.Expression is not { } text) return null;
        var at = correlation.Header.Location;
        var selections = new Selections();
        foreach (var rule in correlation.Rules) selections.Add(rule, new FieldTest(rule, new NullTest()), at);
        return ConditionParser.Parse(new YamlScalar(at, text, ScalarStyle.Quoted), selections, new DiagnosticBag());
    }
}
