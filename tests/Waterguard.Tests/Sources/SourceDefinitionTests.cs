using System.Text;
using Waterguard.Content;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Sources;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>Our own source definitions.</summary>
public sealed class SourceDefinitionTests
{
    private static readonly SourceCatalog Catalog = Load(out _);

    public static TheoryData<string> Names => [.. Catalog.Sources.Select(s => s.Name)];

    [Fact]
    public void Every_definition_loads_without_a_finding()
    {
        var catalog = Load(out var findings);

        Assert.Empty(findings.ToSorted());
        Assert.Equal(Files().Select(Path.GetFileNameWithoutExtension), catalog.Sources.Select(s => s.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_sample_of_a_source_is_recognised_as_that_source(string name)
    {
        var source = Catalog.Find(name)!;
        Assert.NotNull(source.Sample);
        foreach (var line in source.Sample.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var form = Catalog.Recogniser.Recognise(new EventReader(), bytes, 0, bytes.Length, new EventBuffer(), out var flaw);

            Assert.Null(flaw);
            if (source.OnlyWhenNamed) Assert.Null(form);
            else Assert.Equal(name, form?.Source);
        }
    }

    [Fact]
    public void The_documentation_lists_exactly_the_sources_there_are()
    {
        var path = Repository.PathOf("docs", "sources.md");
        var table = "\n| source | what it is | forms |\n|---|---|---|\n"
            + string.Concat(Catalog.Sources.Select(s => $"| `{s.Name}` | {s.Title}{(s.OnlyWhenNamed ? " (only when named)" : "")} | {string.Join(", ", s.Forms.Select(f => f.Form))} |\n"));
        var text = File.ReadAllText(path);
        const string Begin = "<!-- sources: begin -->";
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf("<!-- sources: end -->", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text[..from] + table + text[to..]);
        else Assert.Equal(table, text[from..to]);
    }

    private static SourceCatalog Load(out DiagnosticBag bag)
    {
        bag = new DiagnosticBag();
        return SourceCatalog.Load(Files().Select(f => (Path.GetFileName(f), File.ReadAllText(f))), bag);
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.PathOf("content", "sources"), "*.yml").Order(StringComparer.Ordinal);
}
