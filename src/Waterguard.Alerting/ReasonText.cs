using System.Collections.Immutable;
using System.Text;
using Waterguard.Sigma;

namespace Waterguard.Alerting;

/// <summary>The sentence that tells a responder what happened.</summary>
public static class ReasonText
{
    private const int MaxValue = 200;
    private const int MaxValues = 4;

    /// <summary>The names in braces of a reason template.</summary>
    public static IEnumerable<string> Names(string? template)
    {
        if (template is null) yield break;
        for (var open = template.IndexOf('{', StringComparison.Ordinal); open >= 0; open = template.IndexOf('{', open + 1))
        {
            var close = template.IndexOf('}', open);
            if (close < 0) yield break;
            yield return template[(open + 1)..close];
        }
    }

    /// <summary>The rule's sentence with the event's values; without a sentence, its title with the entities.</summary>
    public static string Of(RuleHeader rule, ImmutableDictionary<string, ImmutableArray<string>> values, ImmutableSortedDictionary<string, ImmutableArray<string>> entities)
    {
        if (rule.Custom.Reason is not { } template)
        {
            var who = entities.Where(e => e.Value.Length > 0).Select(e => $"{e.Key} {Show(e.Value)}");
            return Redactor.Text(string.Join("; ", who) is { Length: > 0 } text ? $"{rule.Title}: {text}" : rule.Title);
        }

        return Fill(template, values);
    }

    /// <summary>The template with values for the names in braces.</summary>
    public static string Fill(string template, ImmutableDictionary<string, ImmutableArray<string>> values)
    {
        var sentence = new StringBuilder(template.Trim());
        foreach (var name in Names(template).Distinct(StringComparer.Ordinal))
        {
            sentence.Replace("{" + name + "}", values.TryGetValue(name, out var found) && found.Length > 0 ? Show(found) : "(unknown)");
        }

        return Redactor.Text(sentence.ToString());
    }

    private static string Show(ImmutableArray<string> values)
    {
        var distinct = values.Distinct(StringComparer.Ordinal).ToArray();
        var shown = string.Join(", ", distinct.Take(MaxValues).Select(v => v.Length > MaxValue ? string.Concat(v.AsSpan(0, MaxValue), "…") : v));
        return distinct.Length > MaxValues ? $"{shown} and {distinct.Length - MaxValues} more" : shown;
    }
}
