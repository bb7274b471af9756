using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Events;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>A checked Sigma filter: its condition is joined to that of its rules by "and".</summary>
/// <param name="Rules">Ids or names; null for every rule whose log source fits.</param>
internal sealed record SigmaFilter(RuleHeader Header, LogSource LogSource, ImmutableArray<string>? Rules, Condition Condition)
{
    public bool Names(RuleHeader rule) =>
        Rules is not { } names || names.Any(n => n == rule.Id || n == rule.Name);
}

/// <summary>Reads filters, and joins them to the rules that they name.</summary>
internal sealed class FilterParser(ParseContext context)
{
    private readonly HeaderParser _headers = new(context);
    private readonly DetectionParser _detections = new(context);

    public SigmaFilter? Parse(RawDocument raw)
    {
        var errors = context.Bag.ErrorCount;
        var document = new MappingReader(raw.Root, context.Bag);
        var header = _headers.Parse(document);
        var source = LogSourceParser.Parse(document, context);
        if (document.Section("filter") is not { } section)
            return null;
        ImmutableArray<string>? rules = [.. section.Texts("rules").Select(References.Normal)];
        if (!section.Has("rules"))
            context.Bag.Error(SigmaCodes.FilterWithoutRules, section.Mapping.Location, "A filter says which rules it is for: a list of them, or 'any'.");
        else if (rules is [] or ["any"] or ["all"])
            rules = null;
        var detection = _detections.Parse(section.Mapping, "rules");
        return detection is null || !raw.Sound || context.Bag.ErrorCount != errors ? null : new(header, source, rules, detection.Condition);
    }

    /// <summary>The rules with the conditions of the filters that name them.</summary>
    public List<SigmaRule> Apply(List<SigmaFilter> filters, List<SigmaRule> rules)
    {
        if (filters.Count == 0)
            return rules;
        foreach (var filter in filters)
            CheckTargets(filter, rules);
        return rules.ConvertAll(rule =>
        {
            var mine = filters.FindAll(f => f.Names(rule.Header) && f.LogSource.Fits(rule.LogSource));
            return mine.Count == 0 ? rule : rule with
            {
                Condition = Joined.All([rule.Condition, .. mine.Select(f => f.Condition)]),
                Selections = rule.Selections.AddRange(mine.Select(f => new NamedCondition($"filter '{f.Header.Title}'", f.Condition))),
                ConditionText = string.Join(" and ", [$"({rule.ConditionText})", .. mine.Select(f => $"filter '{f.Header.Title}'")]),
            };
        });
    }

    private void CheckTargets(SigmaFilter filter, List<SigmaRule> rules)
    {
        foreach (var name in filter.Rules ?? [])
        {
            var one = filter with { Rules = [name] };
            if (rules.Find(r => one.Names(r.Header)) is not { } rule)
                context.Bag.Warning(SigmaCodes.FilterTargetMissing, filter.Header.Location, $"The filter is for a rule '{name}' that is not there.");
            else if (!filter.LogSource.Fits(rule.LogSource))
                context.Bag.Warning(SigmaCodes.FilterLogSourceMismatch, filter.Header.Location,
                    $"The filter's log source {filter.LogSource} does not fit that of '{name}', {rule.LogSource}: it has no effect there.");
        }
    }
}
