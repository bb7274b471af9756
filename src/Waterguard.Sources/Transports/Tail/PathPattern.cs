using System.IO.Enumeration;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>A path with <c>*</c> and <c>?</c> within segments, and <c>**</c> for any folders. A folder stands for the files in it. Names compare with regard to case.</summary>
internal sealed class PathPattern
{
    private const int DeepestFolder = 32;
    private readonly string _root;
    private readonly string[] _segments;

    public PathPattern(string pattern)
    {
        Text = pattern;
        var segments = Path.GetFullPath(pattern).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var known = Array.FindIndex(segments, HasWildcard);
        if (known < 0) known = segments.Length;
        _root = "/" + string.Join('/', segments[..known]);
        _segments = segments[known..];
    }

    public string Text { get; }

    /// <summary>The folder, or the file, that every match lies in.</summary>
    public string Root => _root;

    /// <summary>Files that match now, in the order of their paths. Folders that cannot be read are told.</summary>
    public IReadOnlyList<string> Find(Action<string> onUnreadable)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        if (_segments.Length > 0) Find(_root, 0, 0, found, onUnreadable);
        else if (Directory.Exists(_root)) Find(_root, ["*"], found, onUnreadable);
        else if (File.Exists(_root)) found.Add(_root);
        return [.. found];
    }

    private void Find(string folder, string[] last, SortedSet<string> found, Action<string> onUnreadable)
    {
        foreach (var file in Entries(folder, last[0], folders: false, onUnreadable)) found.Add(file);
    }

    private void Find(string folder, int segment, int depth, SortedSet<string> found, Action<string> onUnreadable)
    {
        if (depth > DeepestFolder) return;
        var pattern = _segments[segment];
        var isLast = segment == _segments.Length - 1;
        if (pattern == "**")
        {
            if (isLast) Find(folder, ["*"], found, onUnreadable);
            else Find(folder, segment + 1, depth, found, onUnreadable);
            // A link to a folder above would never end.
            foreach (var inner in Entries(folder, "*", folders: true, onUnreadable).Where(f => new DirectoryInfo(f).LinkTarget is null)) Find(inner, segment, depth + 1, found, onUnreadable);
        }
        else if (isLast)
        {
            Find(folder, [pattern], found, onUnreadable);
        }
        else
        {
            foreach (var inner in Entries(folder, pattern, folders: true, onUnreadable)) Find(inner, segment + 1, depth + 1, found, onUnreadable);
        }
    }

    private static IEnumerable<string> Entries(string folder, string pattern, bool folders, Action<string> onUnreadable)
    {
        try
        {
            var entries = folders ? Directory.GetDirectories(folder) : Directory.GetFiles(folder);
            return entries.Where(e => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(e), ignoreCase: false));
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onUnreadable($"{folder}: {e.Message}");
            return [];
        }
    }

    private static bool HasWildcard(string segment) => segment.AsSpan().IndexOfAny('*', '?') >= 0;
}
