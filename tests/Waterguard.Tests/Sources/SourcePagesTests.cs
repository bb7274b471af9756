using System.Text;
using System.Text.RegularExpressions;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Coverage;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sources;
using Waterguard.Sources.Definitions;
using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>The page of each source: what to switch on, what it costs in sight, its traps; and a table that is made of its definition. WATERGUARD_UPDATE=1 writes the tables anew.</summary>
public sealed partial class SourcePagesTests
{
    private const string Begin = "<!-- of the definition: begin -->\n";
    private const string End = "<!-- of the definition: end -->\n";
    private static readonly string[] Headings = ["Switch on", "What stays unseen", "Limits and traps"];
    private static readonly SourceCatalog Catalog = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = true }).Sources;

    public static TheoryData<string> Names => [.. Catalog.Sources.Select(s => s.Name)];

    [Fact]
    public void Each_source_has_a_page_and_each_page_a_source() =>
        Assert.Equal(Catalog.Sources.Select(s => s.Name), Directory.EnumerateFiles(Repository.PathOf("docs", "sources"), "*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_says_what_to_switch_on_what_stays_unseen_and_what_to_beware_of(string name)
    {
        var text = File.ReadAllText(PathOf(name));

        Assert.StartsWith($"# {name}\n", text, StringComparison.Ordinal);
        foreach (var heading in Headings)
        {
            var paragraph = Regex.Match(text, $@"^\*\*{heading}\.\*\* (?<text>(?:.+\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            Assert.True(paragraph.Success, $"{name}: '{heading}' is missing");
            Assert.True(paragraph.Groups["text"].Length > 40, $"{name}: '{heading}' says nothing");
        }

        Assert.True(Links().Matches(text).All(l => File.Exists(Path.Combine(Repository.PathOf("docs", "sources"), l.Groups["to"].Value))), $"{name}: a link leads nowhere");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_table_of_a_page_says_what_the_definition_says(string name)
    {
        var text = File.ReadAllText(PathOf(name));
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        var expected = (from < 0 ? text.TrimEnd() + "\n\n" : text[..from]) + Begin + Table(Catalog.Find(name)!) + End + (to < 0 ? "" : text[(to + End.Length)..]);
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(PathOf(name), expected);
        else Assert.Equal(expected, text);
    }

    [Fact]
    public void Every_input_that_a_page_shows_is_one_that_the_configuration_takes()
    {
        var shown = Directory.EnumerateFiles(Repository.PathOf("docs", "sources"), "*.md").SelectMany(f => InputLine().Matches(File.ReadAllText(f)).Select(m => (Page: Path.GetFileName(f), m.Groups["input"].Value))).ToArray();
        Assert.InRange(shown.Length, 20, 100);
        foreach (var (page, input) in shown)
        {
            var bag = new DiagnosticBag();
            var configuration = ServiceConfiguration.Load(page, Encoding.UTF8.GetBytes($"inputs:\n  - {input}\n"), bag);
            foreach (var one in configuration?.Inputs ?? []) one.Kind.Create(one, new TransportSurroundings(TimeProvider.System, (_, _) => { }), bag);
            Assert.Equal([], bag.ToSorted().Select(d => d.ToString()));
            Assert.All(configuration!.Inputs, i => Assert.True(i.Source is null || Catalog.Find(i.Source) is not null, $"{page}: {i.Source}"));
        }
    }

    [Fact]
    public void What_to_switch_on_is_told_by_the_coverage_report() =>
        Assert.Empty(Catalog.Sources.Select(s => s.Name).Except(Telemetry.Load([]).SwitchOn.Keys, StringComparer.Ordinal));

    private static string Table(SourceDefinition source)
    {
        var forms = source.Forms.Where(f => !f.IsEnvelope).DefaultIfEmpty(source.Forms[0]).ToArray();
        var text = new StringBuilder("| | |\n|---|---|\n");
        void Row(string what, IEnumerable<string> values, string none) => text.Append("| ").Append(what).Append(" | ").Append(values.Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } all ? string.Join(", ", all) : none).Append(" |\n");
        Row("Rules reach it by", forms[0].LogSources.Select(l => l.ToString()), forms[0].TakesEveryRule ? "any log source" : "nothing");
        Row("Forms", source.Forms.Select(f => Code(f.Form)), "");
        Row("Time", forms.SelectMany(f => f.Time).Select(Code), "none: correlations do not take it");
        Row("Record id", forms.SelectMany(f => f.Id).Select(Code), "the record's own text");
        Row("Entities", forms.SelectMany(f => f.Entities).GroupBy(e => e.Key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} ({string.Join(", ", g.SelectMany(e => e.Value).Distinct(StringComparer.Ordinal).Select(Code))})"), "none");
        Row("Mapped fields", forms.SelectMany(Mapped).Order(StringComparer.Ordinal).Select(Code), "none");
        return text.ToString();
    }

    private static IEnumerable<string> Mapped(EventShape form) => form.Map.Keys.Where(k => !form.DialectFields.Contains(k))
        .Concat(form.Prefixes.Select(p => p.From + ".*")).Concat(form.Pairs.Select(p => p.Prefix + ".*"))
        .Concat(form.Derive.SelectMany(d => GroupName().Matches(d.Pattern).Select(m => m.Groups["name"].Value)));

    private static string Code(string name) => $"`{name.Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static string PathOf(string name) => Repository.PathOf("docs", "sources", name + ".md");

    [GeneratedRegex(@"\(\?<(?<name>[A-Za-z_][^>]*)>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GroupName();

    [GeneratedRegex(@"^ +- (?<input>\{name: .+\})(?: +#.*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex InputLine();

    [GeneratedRegex(@"\]\((?<to>[^)#:]+\.md)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();
}
