using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Watching;

/// <summary>A path that integrity tools should watch.</summary>
/// <param name="Path">Absolute; a folder ends with <c>/</c>, a pattern holds <c>*</c> or <c>?</c>, anything else is one file.</param>
/// <param name="Group">The heading above it in the list.</param>
internal sealed record WatchedPath(string Path, string Group)
{
    public bool IsFolder => Path.EndsWith('/');

    public bool IsPattern => Path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>The folder, without its stroke, that holds everything the path stands for.</summary>
    public string Root => IsPattern ? Path[..Path.LastIndexOf('/', Path.AsSpan().IndexOfAny('*', '?'))] : Path.TrimEnd('/');

    /// <summary>What the path is, for people.</summary>
    public string Kind => IsPattern ? "pattern" : IsFolder ? "folder and everything below" : "file";

    /// <summary>Files of which each must be watched for the path to be.</summary>
    public ImmutableArray<string> Probes => IsPattern ? [Path.Replace("*", "probe", StringComparison.Ordinal).Replace('?', 'x')] : IsFolder ? [Path + "probe", Path + "probe/below/probe"] : [Path];
}

/// <summary>The list of critical paths, with the headings that its comments are. One truth: rules, the configuration of tools and the comparison with it read the same file.</summary>
internal sealed record WatchList(ImmutableArray<WatchedPath> Paths)
{
    private const string Name = "lists/critical-container-paths.txt";

    /// <summary>The list that is built in, or the one that a folder of content puts in its place.</summary>
    public static WatchList Load(IEnumerable<string> content) => Parse(new ContentFiles(builtIn: false, content).Below("lists", ".txt").Single(f => f.Path == Name).Text);

    public static WatchList Parse(string text)
    {
        var paths = ImmutableArray.CreateBuilder<WatchedPath>();
        var group = "";
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith('#')) group = line.TrimStart('#', ' ');
            else if (line.StartsWith('/') && !line.Any(char.IsControl)) paths.Add(new WatchedPath(line, group));
        }

        return new WatchList(paths.ToImmutable());
    }

    /// <summary>The paths of which something is not watched, in the order of the list.</summary>
    public IEnumerable<WatchedPath> Missing(WatchReading reading) => Paths.Where(p => !p.Probes.All(reading.Watches));
}
