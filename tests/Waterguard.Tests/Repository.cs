using Xunit;

namespace Waterguard.Tests;

/// <summary>Where the tests find the repository's files, and the public corpora that may lie beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Above("Waterguard.slnx") ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");

    public static string PathOf(params string[] path) => Path.Combine([Root, .. path]);

    /// <summary>A file or folder of the corpora; the test is skipped where there is none.</summary>
    public static string Corpus(params string[] path)
    {
        var relative = Path.Combine(["shared", "corpora", .. path]);
        var root = Above(relative);
        Assert.SkipWhen(root is null, $"There is no {relative} beside the repository.");
        return Path.Combine(root!, relative);
    }

    /// <summary>A file or folder that may lie beside the repository; the test is skipped where it does not.</summary>
    public static string Beside(params string[] path)
    {
        var relative = Path.Combine(["shared", .. path]);
        var root = Above(relative);
        Assert.SkipWhen(root is null, $"There is no {relative} beside the repository.");
        return Path.Combine(root!, relative);
    }

    /// <summary>A new folder of the test's own, which it removes by disposing.</summary>
    public static TemporaryFolder Folder() => new();

    private static string? Above(string relative)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, relative);
            if (File.Exists(path) || Directory.Exists(path)) return at.FullName;
        }

        return null;
    }
}

/// <summary>A folder that is gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("waterguard-test-").FullName;

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
