using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>Which source every public rule for clouds, Kubernetes, Linux and networks reaches: <c>tests/data/routing.tsv</c>, by rule id.
/// WATERGUARD_UPDATE=1 writes it anew; what reaches none needs a reason.</summary>
public sealed class PublicRuleRoutingTests
{
    private static readonly string[] Products = ["azure", "gcp", "m365", "kubernetes", "linux", "zeek"];

    // Log sources of public rules that nothing here delivers, and why.
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["linux/file_event/*"] = "file events of an endpoint agent: an audit log does not say which open created a file",
        ["linux/network_connection/*"] = "connections with their program, of an endpoint agent",
    };

    [Fact]
    public void Every_public_rule_reaches_the_source_that_the_table_names()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false, Rules = [Repository.Corpus("sigmahq", "rules")] });
        var lines = generation.Rules.Rules.Where(r => Products.Contains(r.LogSource.Product, StringComparer.Ordinal)).Select(r => Line(generation, r)).Order(StringComparer.Ordinal).ToArray();
        var path = Repository.PathOf("tests", "data", "routing.tsv");
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllLines(path, lines);

        Assert.Equal(File.ReadAllLines(path), lines);
        Assert.DoesNotContain(lines, l => l.EndsWith("\t-\t", StringComparison.Ordinal));
    }

    private static string Line(Generation generation, SigmaRule rule)
    {
        var sources = generation.Sources.Sources.Where(s => s.Forms.Any(f => !f.TakesEveryRule && f.Takes(rule.LogSource))).Select(s => s.Name).ToArray();
        return sources.Length > 0
            ? $"{rule.Header.Id}\t{rule.LogSource}\t{string.Join(',', sources)}"
            : $"{rule.Header.Id}\t{rule.LogSource}\t-\t{Reasons.GetValueOrDefault(rule.LogSource.ToString(), "")}";
    }
}
