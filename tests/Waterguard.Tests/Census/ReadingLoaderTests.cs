using Waterguard.Content;
using Waterguard.Detection.Census;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Witnesses;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>The files that say how facts are read.</summary>
public sealed class ReadingLoaderTests
{
    private const string Good = "witness: tide\nview: engine\ninterval: 5m\nreadings:\n  - id: one\n    about: container\n    logsource: {product: docker, service: events}\n    detection: {s: {Type: container}, condition: s}\n    fields: {container: container.id}\n";

    [Theory]
    [InlineData("just text", "WG1009", 1)]
    [InlineData("view: engine\nreadings: []", "WG1011", 1)]
    [InlineData("witness: a\nreadings: []", "WG1011", 1)]
    [InlineData("witness: a\nview: prophet\nreadings: []", "WG1014", 2)]
    [InlineData("witness: a\nview: engine\ninterval: soon\nreadings: []", "WG1013", 3)]
    [InlineData("witness: a\nview: engine", "WG1011", 1)]
    [InlineData("witness: a\nview: engine\nreadings: [text]", "WG1009", 3)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: ship, logsource: {product: p}, detection: {s: {a: b}, condition: s}}", "WG1014", 4)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: pod, detection: {s: {a: b}, condition: s}}", "WG1011", 4)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: pod, logsource: {product: p}}", "WG1011", 4)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: pod, logsource: {product: p}, detection: {s: {'a|b64': b}, condition: s}}", "WG1203", 4)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: pod, logsource: {product: p}, detection: {s: {a: b}, condition: s}, fields: {colour: a}}", "WG2301", 4)]
    [InlineData("witness: a\nview: engine\nreadings:\n  - {id: x, about: pod, logsource: {product: p}, detection: {s: {a: b}, condition: s}, requires: [image]}", "WG2301", 4)]
    public void What_is_wrong_is_told_with_its_place_and_the_other_files_are_read(string text, string code, int line)
    {
        var bag = new DiagnosticBag();

        var catalog = ReadingLoader.Load([("census/a.yml", text), ("census/b.yml", Good)], bag);

        var error = bag.ToSorted().First(d => d.Severity == Severity.Error);
        Assert.Equal((code, "census/a.yml", line), (error.Code, error.Location.File, error.Location.Line));
        Assert.Contains(catalog.Readings, r => r.Id == "census:one");
    }

    [Fact]
    public void A_reading_and_a_witness_are_defined_once()
    {
        var bag = new DiagnosticBag();

        var catalog = ReadingLoader.Load([("census/a.yml", Good), ("census/b.yml", Good), ("census/c.yml", Good.Replace("tide", "ebb", StringComparison.Ordinal))], bag);

        Assert.Equal(["WG2302", "WG2302"], bag.ToSorted().Select(d => d.Code));
        Assert.Single(catalog.Readings);
    }

    [Fact]
    public void Keys_that_nobody_reads_are_told() => Assert.Contains(Warnings(Good + "colour: blue\n"), d => d.Code == ContentCodes.UnknownKey);

    [Fact]
    public void What_ships_is_read_without_a_finding_and_reaches_a_source()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false });

        Assert.Empty(generation.Diagnostics.Where(d => d.Location.File.StartsWith("census/", StringComparison.Ordinal)));
        Assert.Equal(["clouds", "docker.events", "docker.stats", "identities", "kubernetes.audit", "sensor"], generation.Readings.Witnesses.Select(w => w.Name));
        Assert.All(generation.Readings.Readings, r => Assert.Contains(generation.Sources.Forms, f => !f.TakesEveryRule && f.Takes(r.Rule.LogSource)));
        Assert.All(generation.Readings.Witnesses.SelectMany(w => w.Sources), s => Assert.NotNull(generation.Sources.Find(s)));
    }

    [Fact]
    public void Readings_are_no_rules_to_anybody_who_counts_or_alerts()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default with { Lowest = Level.Critical, Examples = false });

        Assert.DoesNotContain(generation.Rules.Rules, r => generation.Readings.ByRule.ContainsKey(r));
        Assert.All(generation.Readings.Readings, r => Assert.Equal((false, false), (generation.UseOf(r.Rule).Alerts, generation.UseOf(r.Rule).Correlated)));
    }

    [Fact]
    public void The_published_schema_says_what_is_read()
    {
        var path = Repository.PathOf("docs", "schemas", "census.schema.json");
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, ReadingSchema.Json());
        else Assert.Equal(File.ReadAllText(path), ReadingSchema.Json());
    }

    private static IEnumerable<Diagnostic> Warnings(string text)
    {
        var bag = new DiagnosticBag();
        ReadingLoader.Load([("census/a.yml", text)], bag);
        return bag.ToSorted();
    }
}
