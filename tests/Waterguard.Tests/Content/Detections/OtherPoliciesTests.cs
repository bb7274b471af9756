using System.IO.Compression;
using System.Text.Json.Nodes;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Content.Detections;

/// <summary>What the detections say of a log, they say of the same log under other audit policies, as far as docs/detections.md promises it.</summary>
public sealed class OtherPoliciesTests
{
    private static readonly RuleBench Bench = new();

    [Fact]
    public void On_our_sample() => AssertHolds(File.ReadLines(Repository.PathOf("samples", "kubernetes-audit.ndjson")));

    [Fact]
    public void On_the_log_of_a_real_control_plane()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Repository.Corpus("kubernetes-v1.36", "attack", "audit.ndjson.gz")), CompressionMode.Decompress));
        AssertHolds(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(2000));
    }

    private static void AssertHolds(IEnumerable<string> lines)
    {
        var (metadata, stock) = (Surviving(AuditPolicy.Metadata), Surviving(AuditPolicy.Stock));
        var told = 0;
        foreach (var record in lines.Select(l => JsonNode.Parse(l)).OfType<JsonObject>())
        {
            var full = Bench.Matching(record).Where(r => r.Header.Level >= Level.Medium).ToHashSet();
            told += full.Count;
            Assert.Empty(Titles(full.Where(metadata.Contains).Except(Bench.Matching(AuditPolicy.Metadata(record)!))));
            if (AuditPolicy.Stock(record) is { } asStock) Assert.Empty(Titles(full.Where(stock.Contains).Except(Bench.Matching(asStock))));
            Assert.Empty(Titles(Bench.Matching(AuditPolicy.Arrived(record)).Where(r => r.Header.Level >= Level.Medium).Except(full)));
        }

        Assert.True(told > 10, $"only {told} matches");
    }

    private static IEnumerable<string> Titles(IEnumerable<SigmaRule> rules) => rules.Select(r => r.Header.Title);

    private static HashSet<SigmaRule> Surviving(Func<JsonObject, JsonObject?> policy) =>
        [.. from rule in Bench.Generation.Rules.Rules
            let examples = Bench.AuditExamples(rule).ToArray()
            where examples.Length > 0 && examples.All(e => policy(e) is { } record && Bench.Matches(rule, record))
            select rule];
}
