using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads correlations: Sigma's types and our own.</summary>
internal sealed class CorrelationParser(ParseContext context)
{
    private readonly HeaderParser _headers = new(context);

    /// <summary>Null when something in it was wrong; that has been reported.</summary>
    public Correlation? Parse(RawDocument raw)
    {
        var errors = context.Bag.ErrorCount;
        var document = new MappingReader(raw.Root, context.Bag);
        var header = _headers.Parse(document);
        if (document.Section("correlation") is not { } section)
            return null;
        if (section.RequiredText("type") is null || CorrelationTypes.Find(section, context.Bag) is not { } form)
            return null;

        var (rules, roles) = form.HasRoles ? Roles(section) : Rules(section);
        var condition = new CorrelationConditionParser(context).Parse(section, form, rules);
        if (rules.IsEmpty)
            rules = condition.NamesInExpression;
        CheckRules(section, form, rules);
        var extension = Extension(section, form);
        var correlation = new Correlation(
            header, form.Type, rules, roles,
            section.Texts("group-by"),
            Aliases(section, rules),
            Span(section, form, extension),
            section.Boolean("generate") ?? document.Boolean("generate") ?? false,
            condition.Numbers,
            form.FieldBesideCondition ? Field(section) : condition.Field,
            form.Type == CorrelationType.ValuePercentile ? condition.Percentile : null,
            condition.Expression,
            extension);
        section.WarnAboutUnknownKeys();
        return raw.Sound && context.Bag.ErrorCount == errors ? correlation : null;
    }

    private static (ImmutableArray<string> Rules, ImmutableDictionary<string, string> Roles) Rules(MappingReader section) =>
        ([.. section.Texts("rules").Select(References.Normal)], ImmutableDictionary<string, string>.Empty);

    private (ImmutableArray<string> Rules, ImmutableDictionary<string, string> Roles) Roles(MappingReader section)
    {
        if (section.Section("rules") is not { } rules)
        {
            if (!section.Has("rules"))
                section.Missing("rules");
            return ([], ImmutableDictionary<string, string>.Empty);
        }
        string[] roles = ["trigger", "expected"];
        var named = roles.Select(role => KeyValuePair.Create(role, rules.RequiredText(role) is { } name ? References.Normal(name) : ""));
        var found = named.ToImmutableDictionary(StringComparer.Ordinal);
        rules.WarnAboutUnknownKeys();
        return ([.. roles.Select(r => found[r])], found);
    }

    private void CheckRules(MappingReader section, CorrelationForm form, ImmutableArray<string> rules)
    {
        var at = section.LocationOf("rules");
        if (rules.IsEmpty)
            context.Bag.Error(SigmaCodes.BadRuleList, at, "A correlation names the rules that it consumes.");
        else if (rules.Distinct(StringComparer.Ordinal).Count() != rules.Length)
            context.Bag.Error(SigmaCodes.BadRuleList, at, "A rule is named twice.");
        else if (rules.Length > 64)
            context.Bag.Error(SigmaCodes.BadRuleList, at, "A correlation consumes at most 64 rules.");
        else if (form.Type is CorrelationType.Temporal or CorrelationType.TemporalOrdered && rules.Length < 2)
            context.Bag.Warning(SigmaCodes.BadRuleList, at, "A temporal correlation over one rule is that rule.");
    }

    private ImmutableArray<string> Field(MappingReader section)
    {
        var field = section.Texts("field");
        if (field.IsEmpty)
            context.Bag.Error(SigmaCodes.MissingForType, section.Mapping.Location, "This type of correlation needs 'field'.");
        return field;
    }

    private TimeSpan Span(MappingReader section, CorrelationForm form, CorrelationExtension extension)
    {
        if (form.NeedsTimeSpan)
        {
            // "timeframe" is what the first drafts called it.
            if (!section.Has("timespan") && section.Has("timeframe"))
                return section.RequiredDuration("timeframe") ?? default;
            return section.RequiredDuration("timespan") ?? default;
        }
        NotRead(section, form, "timespan");
        return extension.Learn ?? extension.Bucket ?? default;
    }

    private ImmutableDictionary<string, ImmutableDictionary<string, string>> Aliases(MappingReader section, ImmutableArray<string> rules)
    {
        var aliases = ImmutableDictionary.CreateBuilder<string, ImmutableDictionary<string, string>>(StringComparer.Ordinal);
        if (section.Section("aliases") is not { } block)
            return aliases.ToImmutable();
        foreach (var alias in block.Mapping.Entries)
        {
            if (alias.Value is not YamlMapping fields)
            {
                context.Bag.Error(SigmaCodes.BadAlias, alias.Value.Location, $"The alias '{alias.Name}' is a mapping of rules to fields.");
                continue;
            }
            var perRule = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var field in fields.Entries)
            {
                var rule = References.Normal(field.Name);
                if (field.Value is not YamlScalar { Text.Length: > 0 } name)
                    context.Bag.Error(SigmaCodes.BadAlias, field.Value.Location, $"The alias '{alias.Name}' needs a field for '{field.Name}'.");
                else if (!rules.Contains(rule, StringComparer.Ordinal))
                    context.Bag.Error(SigmaCodes.BadAlias, field.Key.Location, $"The alias '{alias.Name}' names '{field.Name}', which is not among the rules.");
                else
                    perRule[rule] = name.Text;
            }
            aliases[alias.Name] = perRule.ToImmutable();
        }
        return aliases.ToImmutable();
    }

    private CorrelationExtension Extension(MappingReader section, CorrelationForm form)
    {
        var extension = CorrelationExtension.None;
        if (form.Type == CorrelationType.Absence)
            extension = extension with { Within = Needed(section, "within", section.Word("within", "before", "after", "around")) };
        else
            NotRead(section, form, "within");
        if (form.Type is CorrelationType.FirstSeen or CorrelationType.Baseline)
            extension = extension with { Learn = section.RequiredDuration("learn") };
        else
            NotRead(section, form, "learn");
        if (form.Type == CorrelationType.FirstSeen)
            extension = extension with { Forget = section.Duration("forget") };
        else
            NotRead(section, form, "forget");
        if (form.Type != CorrelationType.Baseline)
            NotRead(section, form, "inherit");
        return form.Type == CorrelationType.Baseline ? Baseline(section, extension) : extension;
    }

    private CorrelationExtension Baseline(MappingReader section, CorrelationExtension extension)
    {
        var season = section.Word("season", "1d", "1w", "none") ?? "none";
        var direction = section.Word("direction", "up", "down", "both") ?? "both";
        extension = extension with { Bucket = section.Duration("bucket"), Season = season, Direction = direction, Inherit = Inherited(section) };
        if (section.Section("measure") is not { } measure)
        {
            Needed(section, "measure", section.Has("measure") ? "" : null);
            return extension;
        }
        if (measure.Mapping.Entries is not [{ Name: "value" or "count" or "distinct" or "sum" } only])
        {
            context.Bag.Error(SigmaCodes.MissingForType, measure.Mapping.Location, "'measure' has exactly one of value, count, distinct and sum.");
            return extension;
        }
        var isCount = only.Name == "count";
        if (isCount && measure.Boolean("count") == false)
            context.Bag.Error(SigmaCodes.MissingForType, only.Value.Location, "'count' is true or is not said.");
        if (only.Name != "value" && extension.Bucket is null)
            Needed(section, "bucket", section.Has("bucket") ? "" : null);
        return extension with { MeasureKind = only.Name, MeasureField = isCount ? null : measure.RequiredText(only.Name) };
    }

    private ImmutableArray<string> Inherited(MappingReader section)
    {
        var names = section.Texts("inherit");
        var keys = section.Texts("group-by");
        foreach (var name in names.Where(n => !keys.Contains(n, StringComparer.Ordinal)))
            context.Bag.Error(SigmaCodes.MissingForType, section.LocationOf("inherit"), $"'inherit' names fields of 'group-by'; '{name}' is none.");
        if (names.Length > 0 && names.Length >= keys.Length)
            context.Bag.Error(SigmaCodes.MissingForType, section.LocationOf("inherit"), "'inherit' leaves at least one field of 'group-by' out: keys with all fields in common are one key.");
        return names;
    }

    private string? Needed(MappingReader section, string key, string? value)
    {
        if (value is null && !section.Has(key))
            context.Bag.Error(SigmaCodes.MissingForType, section.Mapping.Location, $"This type of correlation needs '{key}'.");
        return value;
    }

    private void NotRead(MappingReader section, CorrelationForm form, string key)
    {
        if (section.Node(key) is { } node)
            context.Bag.Warning(SigmaCodes.NotForType, node.Location, $"A correlation of type {form.Name} does not read '{key}'.");
    }
}
