using Waterguard.Emulation;
using Waterguard.Emulation.Recording;
using Waterguard.Pipeline;
using Waterguard.Validation;
using Xunit;

namespace Waterguard.Tests.Validation;

/// <summary>What docs/validation.md promises of the detections that ship, tried on every scenario.</summary>
public sealed class ShippedScenariosTests
{
    private static readonly ShippedValidation Shipped = ShippedValidation.Once;

    [Fact]
    public void Every_scenario_can_be_read() => Assert.Empty(Shipped.Catalog.Diagnostics);

    [Fact]
    public void Every_detection_that_alerts_has_a_recorded_scenario() =>
        Assert.Empty(Shipped.Catalog.Without(s => !s.IsLive).Select(d => d.Title));

    [Fact]
    public void Every_detection_that_alerts_has_a_benign_twin() =>
        Assert.Empty(Shipped.Catalog.Without(s => !s.IsLive && !s.Quiet.IsEmpty).Select(d => d.Title));

    [Fact]
    public void Every_detonation_fires_every_twin_is_quiet_and_no_variant_gets_past_unexpectedly() =>
        Assert.Empty(Shipped.Run.Run.Where(r => r.IsMiss).Select(r =>
            $"{r.Scenario.Location}: {r.Expected.Rule}: fired {r.Fired}; {string.Join("; ", r.Problems)}; loud: {string.Join(", ", r.Twins.Where(t => !t.Quiet).Select(t => t.Name))}; past: {string.Join(", ", r.Variants.Where(v => v.Expected && !v.Caught).Select(v => v.Name))}"));

    [Fact]
    public void What_is_marked_as_not_caught_is_not_caught() =>
        Assert.Empty(Shipped.Run.Run.SelectMany(r => r.Variants.Where(v => v.Caught && !v.Expected).Select(v => $"{r.Scenario.Id}: {v.Name}")));

    [Fact]
    public void At_least_nine_variants_of_ten_are_caught()
    {
        var variants = Shipped.Run.Variants.ToArray();

        Assert.True(variants.Count(v => v.Caught) >= 0.9 * variants.Length, $"{variants.Count(v => v.Caught)} of {variants.Length}");
    }

    [Fact]
    public void The_page_says_the_figures_that_are_measured()
    {
        var run = Shipped.Run;
        var page = File.ReadAllText(Repository.PathOf("docs", "validation.md"));

        Assert.Contains($"| {run.Detections} | {run.Fired} | {run.Twins.Count()} | {run.Twins.Count(t => t.Quiet)} | {run.Variants.Count()} | {run.Variants.Count(v => v.Caught)} |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_lies_beside_a_detection_of_the_same_name()
    {
        var files = Shipped.Catalog.Scenarios.Select(s => s.Scenario.Location.File).Distinct(StringComparer.Ordinal);

        Assert.All(files, f => Assert.True(File.Exists(Path.Combine(Repository.PathOf("content"), f.Replace("/scenarios/", "/detections/", StringComparison.Ordinal))), f));
    }

    /// <summary>Sign-in, admin and network records have no place that whoever acts can name; all others say which scenario made them.</summary>
    [Fact]
    public void What_a_scenario_makes_carries_its_id()
    {
        string[] named = ["azure.activitylogs", "azure.auditlogs", "azure.signinlogs", "docker.events", "gcp.audit", "kubernetes.audit", "osquery.results"];
        var recorded = Shipped.Catalog.Scenarios.Select(s => s.Scenario).Where(s => !s.IsLive && named.Contains(s.Detonate[0].Source, StringComparer.Ordinal)).ToArray();
        var without = recorded.Where(s => !Recorder.Detonation(s).Sources.Any(d => System.Text.Encoding.UTF8.GetString(d.Bytes.AsSpan()).Contains(s.Id, StringComparison.Ordinal))).Select(s => s.Id).ToArray();

        Assert.True(without.Length * 10 <= recorded.Length, $"{without.Length} of {recorded.Length}: {string.Join(", ", without)}");
    }

    [Fact]
    public void The_telemetry_of_a_scenario_is_the_same_in_every_run_and_on_any_number_of_threads()
    {
        var some = Shipped.Catalog.Scenarios.Where(s => !s.Scenario.IsLive && s.Scenario.WarmUp.Length > 0).Take(3).Select(s => s.Scenario).ToArray();

        Assert.NotEmpty(some);
        Assert.All(some, s => Assert.Equal(Bytes(Recorder.Detonation(s)), Bytes(Recorder.Detonation(s))));
        Assert.All(some, s => Assert.Equal(Short(ScenarioRunner.Run(s, Shipped.Stage.Play)), Shipped.Run.Run.Where(r => r.Scenario == s).Select(Short)));
    }

    private static IEnumerable<string> Short(IEnumerable<ScenarioResult> results) => results.Select(Short);

    private static string Short(ScenarioResult result) => $"{result.Expected.Rule} {result.Fired} {result.TimeToDetect} {string.Join(',', result.Twins)} {string.Join(',', result.Variants)} {string.Join(',', result.Collateral)}";

    private static string Bytes(PlayedTelemetry telemetry) => string.Concat(telemetry.Sources.Select(s => Convert.ToHexString(s.Bytes.AsSpan())));
}
