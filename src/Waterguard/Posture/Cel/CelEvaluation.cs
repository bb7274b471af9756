using System.Collections.Immutable;

namespace Waterguard.Posture.Cel;

/// <summary>An evaluation that came to nothing. As in CEL it is a value: what decides beside it absorbs it.</summary>
internal sealed record CelError(string Why);

/// <summary>Evaluates expressions as an API server does, on plain values: texts, decimals, truth values, lists and maps (<see cref="Plain"/>).</summary>
internal static class CelEvaluation
{
    /// <param name="given">Names and what they stand for; asked when they are read, so that a variable that nobody reads cannot fail.</param>
    /// <returns>A value, or <see cref="CelError"/>.</returns>
    public static object Of(CelNode node, ImmutableDictionary<string, Func<object>> given) => node switch
    {
        CelLiteral literal => literal.Value,
        CelName name => given.TryGetValue(name.Name, out var value) ? value() : new CelError($"undeclared reference to '{name.Name}'"),
        CelList list => Items(list, given),
        CelField field => Field(Of(field.Of, given), field.Field),
        CelHas has => Of(has.Of, given) switch { CelError e => e, IReadOnlyDictionary<string, object> map => map.ContainsKey(has.Field), var other => new CelError($"{Kind(other)} has no fields") },
        CelNot not => Of(not.Inner, given) switch { bool inner => !inner, CelError e => e, var other => new CelError($"{Kind(other)} is no truth value") },
        CelChoice choice => Of(choice.Test, given) switch { bool test => Of(test ? choice.Then : choice.Otherwise, given), CelError e => e, var other => new CelError($"{Kind(other)} is no truth value") },
        CelPair { Operator: "&&" or "||" } pair => Decide(pair.Operator == "&&", [() => Of(pair.Left, given), () => Of(pair.Right, given)]),
        CelPair pair => Pair(pair.Operator, Of(pair.Left, given), Of(pair.Right, given)),
        CelEach each => Of(each.List, given) switch
        {
            CelError e => e,
            IReadOnlyList<object> list => Decide(each.IsAll, list.Select(item => (Func<object>)(() => Of(each.Inner, given.SetItem(each.Variable, () => item))))),
            var other => new CelError($"{Kind(other)} is no list"),
        },
        CelStartsWith starts => (Of(starts.Text, given), Of(starts.Head, given)) switch
        {
            (CelError e, _) => e,
            (_, CelError e) => e,
            (string text, string head) => text.StartsWith(head, StringComparison.Ordinal),
            var (text, _) => new CelError($"{Kind(text)} has no startsWith"),
        },
        _ => throw new InvalidOperationException($"{node.GetType().Name} cannot be evaluated"),
    };

    // And is decided by one false, or by one true: errors count only where nothing decides. all() and exists() are the same over a list.
    private static object Decide(bool isAnd, IEnumerable<Func<object>> parts)
    {
        CelError? error = null;
        foreach (var part in parts)
        {
            var value = part();
            if (value is bool truth)
            {
                if (truth != isAnd) return truth;
            }
            else error ??= value as CelError ?? new CelError($"{Kind(value)} is no truth value");
        }

        return error is null ? isAnd : error;
    }

    private static object Items(CelList list, ImmutableDictionary<string, Func<object>> given)
    {
        var items = list.Items.Select(i => Of(i, given)).ToArray();
        return Array.Find(items, i => i is CelError) ?? items;
    }

    private static object Field(object of, string field) => of switch
    {
        CelError error => error,
        IReadOnlyDictionary<string, object> map => map.TryGetValue(field, out var value) ? value : new CelError($"no such key: {field}"),
        _ => new CelError($"{Kind(of)} has no fields"),
    };

    private static object Pair(string sign, object left, object right)
    {
        if ((left as CelError ?? right as CelError) is { } error) return error;
        return sign switch
        {
            "==" => Same(left, right),
            "!=" => !Same(left, right),
            "in" when right is IReadOnlyList<object> list => list.Any(i => Same(i, left)),
            "in" when right is IReadOnlyDictionary<string, object> map && left is string key => map.ContainsKey(key),
            "+" when left is IReadOnlyList<object> first && right is IReadOnlyList<object> second => (object[])[.. first, .. second],
            "+" when left is string first && right is string second => first + second,
            _ => new CelError($"{Kind(left)} {sign} {Kind(right)} is not defined"),
        };
    }

    private static bool Same(object left, object right) => (left, right) switch
    {
        (IReadOnlyList<object> a, IReadOnlyList<object> b) => a.Count == b.Count && a.Zip(b).All(p => Same(p.First, p.Second)),
        (IReadOnlyDictionary<string, object> a, IReadOnlyDictionary<string, object> b) => a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var other) && Same(p.Value, other)),
        _ => left.Equals(right),
    };

    private static string Kind(object value) => value switch { string => "a text", bool => "a truth value", decimal => "a number", IReadOnlyList<object> => "a list", _ => "a map" };
}
