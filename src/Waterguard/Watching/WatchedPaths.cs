using System.Collections.Immutable;
using Waterguard.Strategies.State;

namespace Waterguard.Watching;

/// <summary>Whether the integrity tools watch what they should: assumptions of the kind <c>watched_paths</c>.</summary>
internal static class WatchedPaths
{
    private const int MostNamed = 3;
    private const int MostBytes = 16 * 1024 * 1024;

    private static readonly Dictionary<string, string> s_toolOf = new(StringComparer.Ordinal)
    {
        ["aide.report"] = "aide", ["linux.auditd"] = "auditd", ["osquery.results"] = "osquery", ["wazuh.syscheck"] = "wazuh",
    };

    /// <summary>The verdicts, by assumption. One whose tool nobody showed a configuration of is not judged.</summary>
    /// <param name="configurations">As <c>TOOL=FILE</c>.</param>
    /// <exception cref="InvalidDataException">A configuration is named wrongly; the message says how.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImmutableDictionary<string, CheckSeen> Check(IEnumerable<Assumption> assumptions, IReadOnlyList<string> configurations, IReadOnlyList<string> content)
    {
        if (configurations.Count == 0) return ImmutableDictionary<string, CheckSeen>.Empty;
        var list = WatchList.Load(content);
        var read = configurations.Select(c => Read(c, list)).ToDictionary(r => r.Tool, r => r.Seen, StringComparer.Ordinal);
        return assumptions.Where(a => a.Check == AssumptionCheck.WatchedPaths && a.Source is not null && s_toolOf.TryGetValue(a.Source, out var tool) && read.ContainsKey(tool))
            .ToImmutableDictionary(a => a.Id, a => Judge(a, read[s_toolOf[a.Source!]]), StringComparer.Ordinal);
    }

    private static CheckSeen Judge(Assumption assumption, (string File, string[] Missing, int All) seen)
    {
        var share = (double)(seen.All - seen.Missing.Length) / Math.Max(1, seen.All);
        var observed = seen.Missing.Length == 0
            ? FormattableString.Invariant($"{seen.File} watches all {seen.All} critical paths")
            : FormattableString.Invariant($"{seen.File} watches {seen.All - seen.Missing.Length} of {seen.All} critical paths, and not {string.Join(", ", seen.Missing.Take(MostNamed))}{(seen.Missing.Length > MostNamed ? " …" : "")}");
        return new CheckSeen(share >= assumption.Min, observed);
    }

    private static (string Tool, (string File, string[] Missing, int All) Seen) Read(string configuration, WatchList list)
    {
        var parts = configuration.Split('=', 2);
        if (parts.Length != 2 || WatchTools.Find(parts[0]) is not { } tool)
            throw new InvalidDataException($"--watches {configuration}: is not TOOL=FILE with one of {string.Join(", ", WatchTools.All.Select(t => t.Name))}");
        if (new FileInfo(parts[1]).Length > MostBytes) throw new InvalidDataException($"{parts[1]}: is too large for a configuration");
        return (tool.Name, (parts[1], [.. list.Missing(tool.Read(File.ReadAllText(parts[1]))).Select(p => p.Path)], list.Paths.Length));
    }
}
