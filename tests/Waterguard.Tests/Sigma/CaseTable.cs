using Xunit;

namespace Waterguard.Tests.Sigma;

/// <summary>Reads <c>left => right</c> tables from the Cases folder, and files of the repository.</summary>
internal static class CaseTable
{
    public static TheoryData<string, string> Read(string name)
    {
        var cases = new TheoryData<string, string>();
        foreach (var line in File.ReadLines(InRepository("tests", "Waterguard.Tests", "Sigma", "Cases", name)))
        {
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            var arrow = line.LastIndexOf("=> ", StringComparison.Ordinal);
            cases.Add(line[..arrow].TrimEnd(), line[(arrow + 3)..].Trim());
        }
        return cases;
    }

    public static string InRepository(params string[] path)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Waterguard.slnx")))
                return Path.Combine([at.FullName, .. path]);
        }
        throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
