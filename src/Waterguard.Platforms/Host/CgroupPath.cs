using System.Buffers;

namespace Waterguard.Platforms.Host;

/// <summary>What the control group of a process says of its container.</summary>
/// <param name="Container">The id that the runtime gave; null: the path names none.</param>
/// <param name="PodUid">The pod's UID, as Kubernetes writes it; null: it is in none.</param>
/// <param name="Outer">The container around it, of engines that run in containers; null: none.</param>
/// <param name="Leaf">The last part of the path, whatever it is; empty for the root.</param>
public readonly record struct CgroupPath(string? Container, string? PodUid, string? Outer, string Leaf)
{
    private const int IdLength = 64;
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");
    private static readonly string[] s_prefixes = ["docker-", "cri-containerd-", "crio-", "libpod-", "nerdctl-", "containerd-"];

    /// <summary>Reads the file <c>/proc/PID/cgroup</c>: of version 2 its one line, of version 1 the first that names a container, or else the longest.</summary>
    public static CgroupPath OfFile(string text)
    {
        var best = default(CgroupPath);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var path = PathIn(line);
            if (path.IsEmpty) continue;
            var one = Of(path.ToString());
            if (one.Container is not null) return one;
            if (one.Leaf.Length > (best.Leaf?.Length ?? 0)) best = one;
        }

        return best with { Leaf = best.Leaf ?? "" };
    }

    /// <summary>Reads a path such as <c>/kubepods.slice/…/cri-containerd-ID.scope</c>.</summary>
    public static CgroupPath Of(string path)
    {
        string? container = null, pod = null, outer = null;
        var leaf = "";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            leaf = part;
            // Under systemd some write SLICE:PREFIX:ID.
            foreach (var piece in part.Split(':'))
            {
                if (IdIn(piece) is { } id) (outer, container) = (container, id);
                else if (PodIn(piece) is { } uid) pod = uid;
            }
        }

        return new CgroupPath(container, pod, outer == container ? null : outer, leaf);
    }

    /// <summary>The path that a line <c>NUMBER:CONTROLLERS:PATH</c> names.</summary>
    internal static ReadOnlySpan<char> PathIn(ReadOnlySpan<char> line)
    {
        var first = line.IndexOf(':');
        var second = first < 0 ? -1 : line[(first + 1)..].IndexOf(':');
        return second < 0 ? [] : line[(first + second + 2)..];
    }

    private static string? IdIn(string part)
    {
        var rest = part.EndsWith(".scope", StringComparison.Ordinal) ? part.AsSpan(0, part.Length - ".scope".Length) : part.AsSpan();
        foreach (var prefix in s_prefixes)
        {
            if (rest.StartsWith(prefix, StringComparison.Ordinal))
            {
                rest = rest[prefix.Length..];
                break;
            }
        }

        return rest.Length == IdLength && !rest.ContainsAnyExcept(s_digits) ? rest.ToString() : null;
    }

    private static string? PodIn(string part)
    {
        var at = part.IndexOf("pod", StringComparison.Ordinal);
        while (at >= 0)
        {
            var rest = part[(at + 3)..];
            if (rest.EndsWith(".slice", StringComparison.Ordinal)) rest = rest[..^".slice".Length];
            rest = rest.Replace('_', '-');
            // A static pod's UID is a hash without dashes.
            if (rest.Length is 32 or 36 && rest.All(c => char.IsAsciiHexDigitLower(c) || c == '-')) return rest;
            at = part.IndexOf("pod", at + 3, StringComparison.Ordinal);
        }

        return null;
    }
}
