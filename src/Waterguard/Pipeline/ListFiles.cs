using System.Collections.Immutable;
using System.Text;
using Waterguard.Content;
using Waterguard.Detection.Lists;

namespace Waterguard.Pipeline;

/// <summary>Lists, one file each: texts a line, the first column of a CSV, a JSON array, or a STIX 2.1 bundle. A list has its file's name without the ending; one of the user's takes the place of
/// ours of that name.</summary>
internal static class ListFiles
{
    private static readonly string[] Endings = [".txt", ".csv", ".json"];

    public static (ListCatalog Catalog, ImmutableDictionary<string, ImmutableArray<string>> Texts) Load(ContentFiles files, IEnumerable<string> folders, DiagnosticBag bag, TimeProvider time)
    {
        var texts = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.OrdinalIgnoreCase);
        var own = folders.SelectMany(f => Directory.Exists(f) ? Directory.EnumerateFiles(f).Where(IsList).Order(StringComparer.Ordinal) : (IEnumerable<string>)[f])
            .Select(f => (Path: f, Bytes: File.ReadAllBytes(f)));
        foreach (var (path, bytes) in files.Below("lists", Endings).Select(f => (f.Path, Bytes: Encoding.UTF8.GetBytes(f.Text))).Concat(own))
        {
            var reading = ListReading.Of(path, bytes, time.GetUtcNow());
            if (reading.Error is var (line, message)) bag.Error(ListCodes.Unreadable, new SourceLocation(path, line, 1), $"the list cannot be read: {message}");
            foreach (var (why, count) in reading.LeftOut) bag.Warning(ListCodes.LeftOut, new SourceLocation(path, 1, 1), $"{count} of the list left out: {why}");
            texts[Path.GetFileNameWithoutExtension(path)] = reading.Entries;
        }

        var lists = texts.ToImmutable();
        return (new ListCatalog(lists.ToImmutableDictionary(l => l.Key, l => new ValueList(l.Value), StringComparer.OrdinalIgnoreCase)), lists);
    }

    private static bool IsList(string file) => Array.Exists(Endings, e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
