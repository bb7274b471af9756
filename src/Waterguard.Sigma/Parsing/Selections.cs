using Waterguard.Content;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>The named selections of a detection, and which of them a condition read.</summary>
internal sealed class Selections
{
    private readonly List<Selection> _items = [];
    private readonly Dictionary<string, Selection> _byName = new(StringComparer.Ordinal);

    public void Add(string name, Condition? condition, SourceLocation location)
    {
        var selection = new Selection(name, condition, location);
        _items.Add(selection);
        _byName[name] = selection;
    }

    /// <summary>The selection with the name, marked as read.</summary>
    public Selection? Find(string name)
    {
        var found = _byName.GetValueOrDefault(name);
        if (found is not null)
            found.Read = true;
        return found;
    }

    /// <summary>The selections that <c>them</c> or a pattern with <c>*</c> names, marked as read.</summary>
    public List<Selection> Matching(string pattern)
    {
        var found = _items.FindAll(s => pattern == "them" ? !s.Name.StartsWith('_') : Fits(pattern, s.Name));
        found.ForEach(s => s.Read = true);
        return found;
    }

    /// <summary>All that have no errors, in the order written.</summary>
    public IEnumerable<NamedCondition> Sound => _items.Where(s => s.Condition is not null).Select(s => new NamedCondition(s.Name, s.Condition!));

    /// <summary>Warns about selections that no condition read; a leading underscore says that this is meant.</summary>
    public void WarnAboutUnread(DiagnosticBag bag)
    {
        foreach (var selection in _items.Where(s => !s.Read && !s.Name.StartsWith('_')))
            bag.Warning(SigmaCodes.UnusedSelection, selection.Location, $"No condition reads the selection '{selection.Name}'.");
    }

    private static bool Fits(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, retry = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                retry = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++retry;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}

/// <summary>A named selection; its condition is null where it has errors of its own.</summary>
internal sealed class Selection(string name, Condition? condition, SourceLocation location)
{
    public string Name { get; } = name;

    public Condition? Condition { get; } = condition;

    public SourceLocation Location { get; } = location;

    public bool Read { get; set; }
}
