using System.Text.RegularExpressions;

namespace Waterguard.Watching;

/// <summary>What paths and patterns of several tools have in common.</summary>
internal static class Paths
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether the path is the folder or lies below it.</summary>
    public static bool Lies(string path, string folder) => folder.TrimEnd('/') is var top && (path == top || path.StartsWith(top + "/", StringComparison.Ordinal));

    /// <summary>An expression in time linear to what it reads; null when it is none, or asks for more.</summary>
    public static Regex? Expression(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Patience);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
