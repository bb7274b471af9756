using System.Collections.Immutable;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads a detection: its selections and the conditions over them.</summary>
internal sealed class DetectionParser(ParseContext context)
{
    private readonly SelectionParser _selections = new(context);

    /// <summary>The whole condition of a <c>detection</c> or <c>filter</c> section; several conditions are joined by "or".
    /// Null when something in it was wrong; that has been reported.</summary>
    /// <param name="alsoKnown">Keys of the section that are not selections.</param>
    public Detection? Parse(YamlMapping section, params ReadOnlySpan<string> alsoKnown)
    {
        var errors = context.Bag.ErrorCount;
        var selections = new Selections();
        foreach (var entry in section.Entries)
        {
            if (entry.Name == "condition" || alsoKnown.Contains(entry.Name))
                continue;
            if (entry.Name == "timeframe")
                context.Bag.Warning(SigmaCodes.DeprecatedTimeframe, entry.Key.Location, "Nothing reads 'timeframe'; a correlation has a timespan.");
            else
                selections.Add(entry.Name, _selections.Parse(entry.Value, Scope.Record), entry.Key.Location);
        }
        return Combine(section, selections) is { } condition && context.Bag.ErrorCount == errors
            ? new(condition, [.. selections.Sound], Text(section["condition"]!))
            : null;
    }

    private static string Text(YamlNode node) => node switch
    {
        YamlScalar scalar => string.Join(' ', scalar.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        YamlSequence list => string.Join(" or ", list.Items.Select(i => $"({Text(i)})")),
        _ => "",
    };

    private Condition? Combine(YamlMapping section, Selections selections)
    {
        if (!section.TryGet("condition", out var node))
        {
            context.Bag.Error(Content.ContentCodes.MissingKey, section.Location, "'condition' is missing.");
            return null;
        }
        var condition = ConditionParser.Parse(node, selections, context.Bag);
        selections.WarnAboutUnread(context.Bag);
        return condition;
    }
}

/// <summary>A checked detection: its condition, the selections that it is made of, and its text.</summary>
internal sealed record Detection(Condition Condition, ImmutableArray<NamedCondition> Selections, string Text);
