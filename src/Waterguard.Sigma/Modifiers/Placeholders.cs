using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Waterguard.Sigma.Modifiers;

/// <summary>Puts the known values in the place of <c>%name%</c>.</summary>
internal static class Placeholders
{
    /// <summary>Every combination of the placeholders' values, lazily. False, with the names, where one has no values.</summary>
    public static bool TryResolve(SigmaString text, ImmutableDictionary<string, ImmutableArray<string>> known,
        out IEnumerable<SigmaString> resolved, out ImmutableArray<string> missing)
    {
        missing = Missing(text, known);
        resolved = missing.Length == 0 ? Combine([], text.Pieces, known) : [];
        return missing.Length == 0;
    }

    /// <summary>The same inside a regular expression: each placeholder becomes an alternation of its values, taken literally.</summary>
    public static bool TryResolveInRegex(string pattern, ImmutableDictionary<string, ImmutableArray<string>> known,
        out string resolved, out ImmutableArray<string> missing)
    {
        var result = new StringBuilder();
        var unknown = ImmutableArray.CreateBuilder<string>();
        var at = 0;
        while (at < pattern.Length && result.Length <= LinearRegex.MaxLength)
        {
            var open = pattern.IndexOf('%', at);
            var close = open < 0 ? -1 : pattern.IndexOf('%', open + 1);
            if (close < 0 || close == open + 1)
                break;
            var name = pattern[(open + 1)..close];
            result.Append(pattern, at, open - at);
            if (known.TryGetValue(name, out var values))
                result.Append("(?:").AppendJoin('|', values.Select(Regex.Escape)).Append(')');
            else
                unknown.Add(name);
            at = close + 1;
        }
        resolved = result.Append(pattern, at, pattern.Length - at).ToString();
        missing = unknown.ToImmutable();
        return missing.Length == 0;
    }

    private static ImmutableArray<string> Missing(SigmaString text, ImmutableDictionary<string, ImmutableArray<string>> known) =>
        [.. text.Pieces.Where(p => p.Kind == PieceKind.Placeholder && !known.ContainsKey(p.Text)).Select(p => p.Text).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<SigmaString> Combine(ImmutableArray<Piece> before, ImmutableArray<Piece> rest,
        ImmutableDictionary<string, ImmutableArray<string>> known)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i].Kind != PieceKind.Placeholder)
                continue;
            var head = before.AddRange(rest.AsSpan(0, i));
            return known[rest[i].Text].SelectMany(v => Combine(head.AddRange(SigmaString.Parse(v).Pieces), rest[(i + 1)..], known));
        }
        return [new SigmaString(before.AddRange(rest))];
    }
}
