using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads Sigma selections that stand in other content files, such as a suppression's <c>when</c>.</summary>
public static class ConditionLoader
{
    /// <summary>A mapping with a <c>condition</c> is read as a detection, anything else as one selection. Null when something was wrong;
    /// that has been reported.</summary>
    public static Condition? Load(YamlNode node, DiagnosticBag bag, RuleLoadOptions? options = null)
    {
        var errors = bag.ErrorCount;
        var context = new ParseContext(bag, options ?? RuleLoadOptions.Default);
        var condition = node is YamlMapping mapping && mapping["condition"] is not null
            ? new DetectionParser(context).Parse(mapping)?.Condition
            : new SelectionParser(context).Parse(node, Scope.Record);
        return bag.ErrorCount == errors ? condition : null;
    }
}
