using System.Globalization;

namespace Waterguard.Storage.Archives;

/// <summary>A file of the archive: what its path says.</summary>
/// <param name="Hour">When its records came in.</param>
/// <param name="First">The first batch of the journal that it may have records of.</param>
/// <param name="Last">The last one.</param>
public sealed record ArchiveFile(string Path, string Source, DateTimeOffset Hour, string Journal, long First, long Last)
{
    internal const string Ending = ".ndjson.gz";

    /// <summary>The order in which an archive is read from its oldest file on.</summary>
    internal static IComparer<ArchiveFile> OldestFirst { get; } = Comparer<ArchiveFile>.Create((a, b) =>
    {
        if (a.Hour.CompareTo(b.Hour) is not 0 and var byHour) return byHour;
        if (a.First.CompareTo(b.First) is not 0 and var byFirst) return byFirst;
        return string.CompareOrdinal(a.Source, b.Source) is not 0 and var bySource ? bySource : string.CompareOrdinal(a.Path, b.Path);
    });

    /// <summary>The file that a path below an archive's folder names, whether it is there or not; null: it names none.</summary>
    internal static ArchiveFile? At(string folder, string path) => path.Split('/') is [var source, var day, var hour, var name] && source == Safe(source) && !name.Contains("..", StringComparison.Ordinal)
        ? Parse(System.IO.Path.Combine(folder, source, day, hour, name), source, day, hour) : null;

    /// <summary>All files of an archive, by source, hour and first batch. What is called otherwise is left out.</summary>
    public static IEnumerable<ArchiveFile> All(string folder, Action<string>? strange = null)
    {
        foreach (var source in Folders(folder))
        {
            foreach (var day in Folders(source))
            {
                foreach (var hour in Folders(day))
                {
                    var files = new List<ArchiveFile>();
                    foreach (var path in Directory.EnumerateFiles(hour))
                    {
                        if (Parse(path, System.IO.Path.GetFileName(source), System.IO.Path.GetFileName(day), System.IO.Path.GetFileName(hour)) is { } file) files.Add(file);
                        else strange?.Invoke(path);
                    }

                    foreach (var file in files.OrderBy(f => f.First).ThenBy(f => f.Journal, StringComparer.Ordinal)) yield return file;
                }
            }
        }
    }

    internal static string PathOf(string folder, string source, DateTimeOffset hour, string journal, long first, long last) => System.IO.Path.Combine(
        folder, Safe(source), hour.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), hour.UtcDateTime.ToString("HH", CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{journal}-{first}-{last}{Ending}"));

    /// <summary>A source's name as a folder has it: no name leads out of the archive.</summary>
    internal static string Safe(string source) =>
        source.TrimStart('.') is { Length: > 0 } name ? string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')) : "_";

    private static ArchiveFile? Parse(string path, string source, string day, string hour)
    {
        var name = System.IO.Path.GetFileName(path);
        if (!name.EndsWith(Ending, StringComparison.Ordinal) || name[..^Ending.Length].Split('-') is not [var journal, var first, var last]) return null;
        return long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            && DateTimeOffset.TryParseExact(day + hour, "yyyy-MM-ddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? new ArchiveFile(path, source, at, journal, from, to) : null;
    }

    private static IEnumerable<string> Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder).Order(StringComparer.Ordinal) : [];
}
