using Xunit;

namespace Waterguard.Tests;

/// <summary>Tables of cases in text files: columns between runs of two spaces or more, <c>#</c> for comments.</summary>
internal static class CaseLines
{
    public static TheoryData<string, string, string> ThreeColumns(params string[] path)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var row in Rows(path)) data.Add(row[0], row[1], row.Length < 3 || row[2] == "-" ? "" : row[2]);
        return data;
    }

    public static IEnumerable<string[]> Rows(params string[] path)
    {
        foreach (var line in File.ReadLines(Repository.PathOf(["tests", "Waterguard.Tests", .. path])))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            yield return [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim())];
        }
    }
}
