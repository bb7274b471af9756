using System.Reflection;
using System.Text;

namespace Waterguard.Content;

/// <summary>The content that a run works with: the embedded files, and folders of the user's laid out alike, whose files replace ours at the same path.</summary>
internal sealed class ContentFiles
{
    private const string Prefix = "content/";
    private readonly SortedDictionary<string, Func<string>> _files = new(StringComparer.Ordinal);

    /// <summary>Collects the files.</summary>
    /// <param name="builtIn">Whether our strategies are part of it; sources and lists always are.</param>
    public ContentFiles(bool builtIn, IEnumerable<string> folders)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = resource[Prefix.Length..].Replace('\\', '/');
            if (!builtIn && path.StartsWith("strategies/", StringComparison.Ordinal)) continue;
            _files[path] = () => Read(assembly.GetManifestResourceStream(resource)!);
        }

        foreach (var folder in folders)
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                _files[Path.GetRelativePath(folder, file).Replace('\\', '/')] = () => Read(File.OpenRead(file));
            }
        }
    }

    /// <summary>Puts a strategy's folder in the place of the strategy of its name, whole: what is not in it is gone.</summary>
    public void Replace(string strategy, string folder)
    {
        var prefix = $"strategies/{strategy}/";
        foreach (var path in _files.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToArray()) _files.Remove(path);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            _files[prefix + Path.GetRelativePath(folder, file).Replace('\\', '/')] = () => Read(File.OpenRead(file));
        }
    }

    /// <summary>Puts a text in the place of a file, or where there is none.</summary>
    public void Put(string path, string text) => _files[path] = () => text;

    /// <summary>The files below a folder with one of the endings, by path.</summary>
    public IEnumerable<(string Path, string Text)> Below(string folder, params string[] endings) =>
        Below(folder, path => endings.Any(e => path.EndsWith(e, StringComparison.Ordinal)));

    /// <summary>The files below a folder whose paths are wanted, by path; the others are not read.</summary>
    public IEnumerable<(string Path, string Text)> Below(string folder, Func<string, bool> isWanted) =>
        _files.Where(f => f.Key.StartsWith(folder + "/", StringComparison.Ordinal) && isWanted(f.Key)).Select(f => (f.Key, f.Value()));

    private static string Read(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
