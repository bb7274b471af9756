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

    /// <summary>The template with values for the names in braces. A part in square brackets is left out unless all its names have a value.
    /// One pass: what a value says is never read as a template.</summary>
    public static string Fill(string template, ImmutableDictionary<string, ImmutableArray<string>> values)
    {
        var sentence = new StringBuilder();
        var (optional, complete) = (-1, true);
        for (var at = 0; at < template.Length; at++)
        {
            var c = template[at];
            if (c == '{' && template.IndexOf('}', at) is var close and > 0)
            {
                var known = values.TryGetValue(template[(at + 1)..close], out var found) && found.Length > 0;
                sentence.Append(known ? Show(found) : "(unknown)");
                complete &= known;
                at = close;
            }
            else if (c == '[' && optional < 0)
            {
                (optional, complete) = (sentence.Length, true);
            }
            else if (c == ']' && optional >= 0)
            {
                if (!complete) sentence.Length = optional;
                optional = -1;
            }
            else
            {
                sentence.Append(c);
            }
        }

        return Redactor.Text(sentence.ToString().Trim());
    }

    private static string Show(ImmutableArray<string> values)
    {
        var distinct = values.Distinct(StringComparer.Ordinal).ToArray();
        var shown = string.Join(", ", distinct.Take(MaxValues).Select(v => v.Length > MaxValue ? string.Concat(v.AsSpan(0, MaxValue), "…") : v));
        return distinct.Length > MaxValues ? $"{shown} and {distinct.Length - MaxValues} more" : shown;
    }
}
