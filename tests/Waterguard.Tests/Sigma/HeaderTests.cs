using Waterguard.Content;
using Waterguard.Events;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class HeaderTests
{
    private const string Detection = "detection: {s: {f: x}, condition: s}";

    [Fact]
    public void A_header_is_read_whole()
    {
        var rules = Some.Load(
            """
            title: A title
            id: 6F1C0F36-5B1E-4A8C-9A44-0B6F5D1A2C01
            name: a_name
            status: stable
            level: high
            description: What it is
            author: Somebody
            date: 2026-01-02
            modified: 2026-02-03
            tags: [attack.privilege-escalation, attack.t1611, attack.T1059.001, cve.2024-1]
            references: [https://example.org/a]
            falsepositives: [Backups]
            fields: [user.name]
            logsource: {category: container, product: kubernetes, service: audit, definition: 'with metadata'}
            anything: else
            waterguard:
              serves: A sentence.
              reason: '{user.name} did it'
              declared: [attack.t1538]
              assessed: [attack.t1610, T1685]
            detection: {s: {f: x}, condition: s}
            """);

        Assert.Empty(rules.Diagnostics);
        var (header, source, _, _, fields) = Assert.Single(rules.Rules);
        Assert.Equal("6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01", header.Id);
        Assert.Equal(("A title", "a_name", "stable", Level.High, "Somebody"), (header.Title, header.Name, header.Status, header.Level, header.Author));
        Assert.Equal(["T1611", "T1059.001"], header.Attack);
        Assert.Equal(["Backups"], header.FalsePositives);
        Assert.Equal(["https://example.org/a"], header.References);
        Assert.Equal(new LogSource("container", "kubernetes", "audit"), source);
        Assert.Equal(["user.name"], fields);
        Assert.Equal(("A sentence.", "{user.name} did it"), (header.Custom.Serves, header.Custom.Reason));
        Assert.Equal(["T1538"], header.Custom.Declared);
        Assert.Equal(["T1610", "T1685"], header.Custom.Assessed);
        Assert.Equal(new SourceLocation("rule.yml", 1, 1), header.Location);
    }

    [Theory]
    [InlineData("logsource: {product: p}", "rule.yml:1:1: error WG1011: 'title' is missing or empty.")]
    [InlineData("title: ''\nlogsource: {product: p}", "rule.yml:1:8: error WG1011: 'title' is missing or empty.")]
    [InlineData("title: t", "rule.yml:1:1: error WG1011: 'logsource' is missing or empty.")]
    [InlineData("title: t\nlogsource: {definition: d}", "rule.yml:2:12: error WG1108: A log source names a category, a product or a service.")]
    [InlineData("title: t\nlogsource: p", "rule.yml:2:12: error WG1010: 'logsource' must be a mapping.")]
    [InlineData("title: t\nlogsource: {product: p}\nlevel: severe",
        "rule.yml:3:8: error WG1014: 'level' must be one of informational, low, medium, high, critical, not 'severe'.")]
    [InlineData("title: t\nlogsource: {product: p}\nstatus: new",
        "rule.yml:3:9: error WG1014: 'status' must be one of stable, test, experimental, deprecated, unsupported, not 'new'.")]
    [InlineData("title: t\nlogsource: {product: p}\ntags: {a: b}", "rule.yml:3:7: error WG1010: 'tags' must be a list of texts.")]
    [InlineData("title: t\nlogsource: {product: p}\nwaterguard: {declared: [execution]}",
        "rule.yml:3:24: error WG1111: 'execution' is not an ATT&CK technique such as attack.t1611.")]
    public void A_wrong_header_is_an_error_with_its_place(string header, string expected)
    {
        var rules = Some.Load($"{header}\n{Detection}");

        Assert.Equal(expected, Some.OnlyFinding(rules).ToString());
        Assert.Empty(rules.Rules);
    }

    [Theory]
    [InlineData("id: one", "WG1104")]
    [InlineData("date: 2026/01/02", "WG1105")]
    [InlineData("modified: 2026-13-02", "WG1105")]
    [InlineData("tags: [untidy]", "WG1106")]
    [InlineData("waterguard: {serve: x}", "WG1012")]
    public void An_untidy_header_is_a_warning(string line, string code)
    {
        var rules = Some.Load($"title: t\nlogsource: {{product: p}}\n{line}\n{Detection}");

        Assert.Equal((Severity.Warning, code), (Some.OnlyFinding(rules).Severity, Some.OnlyFinding(rules).Code));
        Assert.Single(rules.Rules);
    }

    [Fact]
    public void A_rule_without_an_id_gets_one_from_its_title()
    {
        var (one, again, other) = (IdOf("a"), IdOf("a"), IdOf("b"));

        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
        Assert.True(Guid.TryParseExact(one, "D", out _));
    }

    [Fact]
    public void A_level_that_is_not_said_is_medium() =>
        Assert.Equal(Level.Medium, Assert.Single(Some.Load(Some.Rule("  s: {f: x}\n  condition: s")).Rules).Header.Level);

    [Fact]
    public void The_semantic_hash_follows_the_meaning_and_not_the_prose()
    {
        var rule = Some.Rule("  s: {f: [x, y]}\n  condition: s");

        Assert.Equal(HashOf(rule), HashOf(rule.Replace("Some rule", "Renamed", StringComparison.Ordinal)));
        Assert.NotEqual(HashOf(rule), HashOf(rule.Replace("service: audit", "service: other", StringComparison.Ordinal)));
        Assert.NotEqual(HashOf(rule), HashOf(rule.Replace("[x, y]", "[x, z]", StringComparison.Ordinal)));
        Assert.Matches("^[0-9a-f]{16}$", HashOf(rule));
    }

    [Fact]
    public void Of_two_documents_with_one_id_or_name_the_first_stays()
    {
        var rule = Some.Rule("  s: {f: x}\n  condition: s");

        var twice = Some.Load(rule, rule);
        var named = Some.Load(Some.Named("n"), Some.Named("n").Replace("title: n", "title: m", StringComparison.Ordinal));

        Assert.Equal($"rule1.yml:1:1: error WG1102: The id {Some.Id} is taken by rule.yml:1:1.", Some.OnlyFinding(twice).ToString());
        Assert.Equal("WG1103", Some.Codes(named));
        Assert.Equal("n", Assert.Single(named.Rules).Header.Title);
    }

    private static string IdOf(string title) =>
        Assert.Single(Some.Load($"title: {title}\nlogsource: {{product: p}}\n{Detection}").Rules).Header.Id;

    private static string HashOf(string rule) => Assert.Single(Some.Load(rule).Rules).Header.SemanticHash;
}
