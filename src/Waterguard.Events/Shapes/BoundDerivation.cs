using System.Text.RegularExpressions;
using Waterguard.Events.Fields;

namespace Waterguard.Events.Shapes;

/// <summary>A derivation with its slots.</summary>
public sealed class BoundDerivation
{
    private readonly Regex _pattern;
    private readonly (string Group, int Slot)[] _groups;
    private readonly int _from;

    internal BoundDerivation(int from, string pattern, Func<string, int> slotOf)
    {
        _from = from;
        _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        _groups = [.. _pattern.GetGroupNames().Where(n => !char.IsAsciiDigit(n[0])).Select(n => (n, slotOf(EventLayout.Builder.GroupField(n)))).Where(g => g.Item2 >= 0)];
    }

    /// <summary>Fills in the fields of one record. Allocates when the pattern fits: only forms that need it pay.</summary>
    public void Apply(EventBuffer fields)
    {
        var value = fields.First(_from);
        if (value < 0 || fields.Chars(value).Length > 4096) return;
        var match = _pattern.Match(fields.Chars(value).ToString());
        if (!match.Success) return;
        foreach (var (group, slot) in _groups)
        {
            if (match.Groups[group] is { Success: true } found && fields.First(slot) < 0) fields.AddText(slot, found.ValueSpan);
        }
    }
}
