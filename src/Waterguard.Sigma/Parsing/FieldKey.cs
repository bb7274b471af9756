using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Modifiers;

namespace Waterguard.Sigma.Parsing;

/// <summary>An array on the way to a field, whose elements are judged one by one.</summary>
internal readonly record struct ArrayStep(string Path, Quantifier Quantifier);

/// <summary>The left side of a field's entry: <c>path[any].rest|modifier|modifier</c>.</summary>
/// <param name="Arrays">The quantified arrays from the outside in.</param>
/// <param name="Path">What is left after the last of them; empty is the element itself.</param>
/// <param name="IsKeyword">No path at all: <c>'|all': [...]</c>.</param>
internal sealed record FieldKey(ImmutableArray<ArrayStep> Arrays, string Path, bool IsKeyword, ModifierChain Modifiers)
{
    public static FieldKey? Parse(YamlScalar key, DiagnosticBag bag)
    {
        var text = key.Text;
        // Nearly all names are plain; the rest goes through the reader for quotes and brackets.
        if (text.AsSpan().IndexOfAny("\"[]") < 0)
        {
            var bar = text.IndexOf('|', StringComparison.Ordinal);
            var path = bar < 0 ? text : text[..bar];
            return Finish(key, [], path, bar, bag, isKeyword: path.Length == 0);
        }

        var arrays = ImmutableArray.CreateBuilder<ArrayStep>();
        int start = 0, i = 0;
        for (; i < text.Length && text[i] != '|'; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '"' when i == start || text[i - 1] == '.':
                    var close = text.IndexOf('"', i + 1);
                    if (close < 0 || (close + 1 < text.Length && text[close + 1] is not ('.' or '[' or '|')))
                        return Bad(key, i, "a quoted segment must end with a quote, followed by '.', '[', '|' or nothing", bag);
                    i = close;
                    break;
                case ']':
                    return Bad(key, i, "there is no '[' for this ']'; write '\\]' for the character itself", bag);
                case '[':
                    var end = text.IndexOf(']', i);
                    if (end < 0)
                        return Bad(key, i, "'[' is not closed; write '\\[' for the character itself", bag);
                    var inside = text.AsSpan(i + 1, end - i - 1);
                    if (end + 1 < text.Length && text[end + 1] is not ('.' or '[' or '|'))
                        return Bad(key, end, "']' must be followed by '.', '[', '|' or nothing", bag);
                    if (QuantifierOf(inside) is { } quantifier)
                    {
                        if (i == start)
                            return Bad(key, i, "a quantifier needs the name of an array before it", bag);
                        arrays.Add(new(text[start..i], quantifier));
                        start = end + 1 < text.Length && text[end + 1] == '.' ? end + 2 : end + 1;
                        i = start - 1;
                        break;
                    }
                    if (!int.TryParse(inside, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                        return Bad(key, i, $"'[{inside}]' is neither any, all, all_or_empty, none nor an index", bag);
                    i = end;
                    break;
            }
        }
        i = Math.Min(i, text.Length);
        return Finish(key, arrays.ToImmutable(), text[start..i], i < text.Length ? i : -1, bag, isKeyword: false);
    }

    private static FieldKey? Finish(YamlScalar key, ImmutableArray<ArrayStep> arrays, string path, int bar, DiagnosticBag bag, bool isKeyword)
    {
        if (bar < 0)
            return new(arrays, path, isKeyword, ModifierChain.None);
        return ModifierChain.Parse(key.Text[(bar + 1)..].Split('|'), key.LocationOf(bar + 1), bag) is { } chain
            ? new(arrays, path, isKeyword, chain)
            : null;
    }

    private static FieldKey? Bad(YamlScalar key, int offset, string reason, DiagnosticBag bag)
    {
        bag.Error(SigmaCodes.BadFieldName, key.LocationOf(offset), $"The field name '{key.Text}' cannot be read: {reason}.");
        return null;
    }

    private static Quantifier? QuantifierOf(ReadOnlySpan<char> word) => word switch
    {
        "any" => Quantifier.Any,
        "all" => Quantifier.All,
        "all_or_empty" => Quantifier.AllOrEmpty,
        "none" => Quantifier.None,
        _ => null,
    };
}
