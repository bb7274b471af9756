using System.Text;
using System.Text.Json;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Strategies;
using Waterguard.Strategies.Claims;
using Waterguard.Strategies.Coverage;
using Waterguard.Strategies.Documents;
using Waterguard.Strategies.Lint;
using Waterguard.Strategies.Rendering;
using Waterguard.Tests.Validation;
using Xunit;

namespace Waterguard.Tests.Strategies;

/// <summary>What is made of the strategies: the page of answers, the schemas, renderings and coverage.</summary>
public sealed class StrategyPagesTests
{
    private static readonly StrategyCatalog Catalog = StrategyCatalog.Load(ContentOptions.Default);
    private static readonly Strategy[] Strategies = [.. Catalog.Folders.Select(f => Strategy.Read(f, new DiagnosticBag())!)];

    [Fact]
    public void The_page_of_answers_is_what_the_content_says_and_has_no_empty_cell()
    {
        var text = AnswersPage.Render(Strategies, new DetectionNames(Catalog.Generation.Rules), Results(), Missed);
        Current(Repository.PathOf("docs", "strategies.md"), text);

        var rows = text.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).ToArray();
        Assert.True(rows.Length > 60);
        Assert.All(rows, r => Assert.DoesNotContain(r.Split(" | "), string.IsNullOrWhiteSpace));
    }

    [Theory]
    [InlineData("cloud-container-evasion", "000_993c90a883fe11e9.txt")]
    [InlineData("container-runtime-evasion", "001_8ba584e4aff901f0.txt")]
    public void Every_sentence_of_an_original_is_answered_in_its_own_words(string strategy, string file)
    {
        var original = DocumentReader.Read(file, File.ReadAllText(Repository.Beside("strategy-documents", file)), new DiagnosticBag());
        var ours = Strategies.Single(s => s.Name == strategy).Document;
        var sentences = OriginalSentences.Of(ours.Front.Original!.Key, original).ToDictionary(s => s.Address, s => s.Text, StringComparer.Ordinal);
        var answers = ours.Claims.SelectMany(c => c.Answers).ToArray();

        Assert.Equal(sentences.Keys.Order(StringComparer.Ordinal), answers.Select(a => a.Address).Order(StringComparer.Ordinal));
        Assert.Empty(answers.Where(a => !Plain(sentences[a.Address]).Contains(a.Quote, StringComparison.OrdinalIgnoreCase)).Select(a => $"{a.Address}: '{a.Quote}' is not in '{sentences[a.Address]}'"));
    }

    [Fact]
    public void The_schemas_are_what_is_read()
    {
        foreach (var (file, json) in StrategySchemas.All()) Current(Repository.PathOf("docs", "schemas", file), json);
    }

    [Fact]
    public void A_page_stands_alone_is_filled_and_escapes_what_is_in_it()
    {
        var live = new LiveState("BLIND", ["no <logs>"], LiveState.Unknown.Values.Add("container", "<b>evil</b>"));
        var html = HtmlRendering.Render(Strategies[0], live);

        Assert.Contains("lang=\"en\"", html, StringComparison.Ordinal);
        Assert.Contains("color-scheme:light dark", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;evil&lt;/b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("no &lt;logs&gt;", html, StringComparison.Ordinal);
        Assert.Contains(">BLIND<", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://docs.docker.com/engine/security/\"", html, StringComparison.Ordinal);
        foreach (var foreign in new[] { "<script", "<b>evil", "src=", "@import", "url(", "{{container}}" }) Assert.DoesNotContain(foreign, html, StringComparison.Ordinal);
        Assert.Equal(10, html.Split("<section ").Length - 1);
        Assert.Contains("{{container}}", MarkdownRendering.Render(Strategies[0], LiveState.Unknown), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_is_no_web_page_stays_text() =>
        Assert.Equal("[a](javascript:x) <code>&lt;</code> <strong>b</strong> ~*~", InlineHtml.Of("[a](javascript:x) `<` **b** ~*~"));

    [Fact]
    public void A_layer_has_ids_of_one_version_and_the_colour_of_the_best_state()
    {
        var attack = Catalog.Surroundings.Attack;
        var armed = Catalog.Generation.Rules.Rules.First(r => r.Header.Title == "Privileged container").Header;
        var coverage = TechniqueCoverage.Of(Catalog.Generation.Rules, attack, id => id == armed.Id ? CoverageState.Armed : CoverageState.Blind);
        using var stream = new MemoryStream();
        NavigatorLayer.Write(coverage, attack, stream);
        using var layer = JsonDocument.Parse(stream.ToArray());
        var techniques = layer.RootElement.GetProperty("techniques").EnumerateArray().ToDictionary(t => t.GetProperty("techniqueID").GetString()!, t => t, StringComparer.Ordinal);

        Assert.Equal("4.5", layer.RootElement.GetProperty("versions").GetProperty("layer").GetString());
        Assert.Equal("#31a354", techniques["T1611"].GetProperty("color").GetString());
        Assert.Equal("#de2d26", techniques["T1110"].GetProperty("color").GetString());
        Assert.Contains("Privileged container", techniques["T1611"].GetProperty("comment").GetString(), StringComparison.Ordinal);
        Assert.Contains("T1562.008", techniques.Keys);
        Assert.DoesNotContain("T1685.002", techniques.Keys);
        Assert.True(techniques.Count > 80);
    }

    private static IReadOnlyList<string> Missed(string strategy) =>
    [
        .. ShippedValidation.Once.Run.Results.Where(r => r.Strategy == strategy).SelectMany(r => r.Result.Variants.Where(v => !v.Caught).Select(v => $"{r.Result.Expected.Rule}: {v.Name}: {v.Reason}"))
            .Order(StringComparer.Ordinal),
    ];

    // What the scenarios say now.
    private static Func<string, string?> Results()
    {
        var results = ShippedValidation.Once.Run.Results.ToLookup(r => r.Result.Scenario.Id, r => r.Result, StringComparer.Ordinal);
        return id => !results.Contains(id) ? null : !results[id].All(r => r.Ran) ? "live only" : results[id].Any(r => r.IsMiss) ? "missed" : "fired, twins quiet";
    }

    private static string Plain(string text) => new StringBuilder(text).Replace("*", "").ToString();

    private static void Current(string path, string text)
    {
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text);
        else Assert.True(File.Exists(path) && File.ReadAllText(path) == text, $"{Path.GetFileName(path)} is not what the content says; run the tests with WATERGUARD_UPDATE=1.");
    }
}
