using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Sources.Definitions;

/// <summary>Named lists of paths (<c>let:</c>), so that a definition says once where all its containers are: <c>&lt;container&gt;.image</c> stands for
/// as many paths as the name has. A name may use names before it.</summary>
internal sealed class PathNames
{
    private const int MaxPaths = 10_000;
    private readonly Dictionary<string, ImmutableArray<string>> _names = new(StringComparer.Ordinal);

    /// <summary>No names.</summary>
    public static PathNames None { get; } = new();

    /// <summary>Defines a name.</summary>
    public void Define(string name, IEnumerable<string> paths, SourceLocation location, DiagnosticBag bag) =>
        _names[name] = Expand(paths, location, bag);

    /// <summary>The paths with all names replaced.</summary>
    public ImmutableArray<string> Expand(IEnumerable<string> paths, SourceLocation location, DiagnosticBag bag)
    {
        var expanded = ImmutableArray.CreateBuilder<string>();
        foreach (var path in paths)
        {
            var close = path.IndexOf('>', StringComparison.Ordinal);
            if (!path.StartsWith('<') || close < 0)
            {
                expanded.Add(path);
            }
            else if (_names.TryGetValue(path[1..close], out var starts) && expanded.Count + starts.Length <= MaxPaths)
            {
                foreach (var start in starts) expanded.Add(start + path[(close + 1)..]);
            }
            else
            {
                bag.Error(SourceCodes.Map, location, $"'{path[..(close + 1)]}' is not defined above, or stands for too many paths.");
            }
        }

        return expanded.ToImmutable();
    }
}
