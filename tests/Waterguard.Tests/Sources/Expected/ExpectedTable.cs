namespace Waterguard.Tests.Sources.Expected;

/// <summary>Which of our names holds what another parser calls so; <c>tests/data/expected-fields/*.tsv</c>: their path, our name (<c>-</c>: none of ours, and
/// the note says why), what their values are called in the log (<c>theirs=ours|ours,…</c>), note. <c>path.*</c> stands for every path below.</summary>
internal sealed class ExpectedTable
{
    /// <summary>The event's time, for comparing it as a time.</summary>
    public const string Time = "@time";

    /// <summary>The name of the source that recognised the record.</summary>
    public const string Source = "@source";

    private readonly Dictionary<string, ExpectedColumn> _columns = new(StringComparer.Ordinal);

    public ExpectedTable(string dataset)
    {
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "data", "expected-fields", dataset + ".tsv")))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = line.Split('\t');
            _columns[cells[0]] = new ExpectedColumn(cells[1], cells.Length > 2 ? Values(cells[2]) : [], cells.Length > 3 ? cells[3] : "");
        }
    }

    /// <summary>Paths that the table says are none of ours, without a word why.</summary>
    public IEnumerable<string> Unexplained => _columns.Where(c => c.Value is { Name: "-", Note: "" }).Select(c => c.Key);

    /// <summary>Our name for a path of theirs; null when the table does not know the path.</summary>
    public ExpectedColumn? Find(string path)
    {
        if (_columns.TryGetValue(path, out var exact)) return exact;
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (_columns.TryGetValue(path[..dot] + ".*", out var below)) return below with { Name = below.Name.Replace("*", path[(dot + 1)..], StringComparison.Ordinal) };
        }

        return _columns.GetValueOrDefault("*") is { } any ? any with { Name = any.Name.Replace("*", path, StringComparison.Ordinal) } : null;
    }

    private static Dictionary<string, string[]> Values(string cell) => cell.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1].Split('|'), StringComparer.Ordinal);
}

/// <summary>Our name, and what their values are in the log.</summary>
internal sealed record ExpectedColumn(string Name, IReadOnlyDictionary<string, string[]> Values, string Note);
