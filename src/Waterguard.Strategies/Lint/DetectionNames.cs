using System.Collections.Immutable;
using Waterguard.Sigma;

namespace Waterguard.Strategies.Lint;

/// <summary>Detections by what documents call them: id, name, title, or the file's name without its ending.</summary>
public sealed class DetectionNames
{
    private readonly ILookup<string, RuleHeader> _byName;
    private readonly ImmutableHashSet<string> _consumed;

    /// <summary>Collects the names of all rules and correlations.</summary>
    public DetectionNames(RuleCollection rules)
    {
        var headers = rules.Rules.Select(r => r.Header).Concat(rules.Correlations.Select(c => c.Header)).ToArray();
        _byName = headers.SelectMany(h => new[] { h.Id, h.Name, h.Title, FileStem(h) }.OfType<string>().Distinct(StringComparer.Ordinal).Select(n => (Name: n, Header: h)))
            .ToLookup(p => p.Name, p => p.Header, StringComparer.Ordinal);
        _consumed = [.. rules.Correlations.Where(c => !c.Generate).SelectMany(c => c.Rules).SelectMany(r => _byName[r]).Select(h => h.Id)];
        All = [.. headers];
    }

    /// <summary>All, rules first.</summary>
    public ImmutableArray<RuleHeader> All { get; }

    /// <summary>The detections that a name means: none, one, or all of a file.</summary>
    public IEnumerable<RuleHeader> Find(string name) => _byName[name];

    /// <summary>Whether the rule gives alerts of its own, and not only to correlations.</summary>
    public bool Alerts(RuleHeader header) => !_consumed.Contains(header.Id) && !header.Custom.IsCanary;

    /// <summary>The name of a rule's file without its ending.</summary>
    public static string FileStem(RuleHeader header)
    {
        var file = header.Location.File;
        var name = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : name;
    }
}
