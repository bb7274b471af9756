using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Strategies;
using Waterguard.Strategies.Lint;
using Xunit;

namespace Waterguard.Tests.Strategies;

public sealed class StrategyLintTests
{
    [Fact]
    public void A_strategy_without_a_fault_has_no_error()
    {
        var report = SomeStrategy.Lint();

        Assert.DoesNotContain(report.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Equal((5, 3, 2, 1), (report.Claims, report.Bound, report.Manual, report.Detections));
        Assert.Equal(StrategyCodes.NoScenario, Assert.Single(report.Diagnostics).Code);
    }

    [Theory]
    [InlineData("## Validation", "## Vindication", "WG3001")]
    [InlineData("## Categorization", "## Priority", "WG3002")]
    [InlineData("Crane {{container}} moved.", "", "WG3003")]
    [InlineData("## Technical Context", "## Goal", "WG3004")]
    [InlineData("name: quay", "name: pier", "WG3005")]
    [InlineData("priority: high\n", "", "WG3005")]
    [InlineData("- Wind.", "- Rain falls.\n- Wind.", "WG3006")]
    [InlineData(", manual: Nothing sees through fog.", "", "WG3007")]
    [InlineData("claim: wind", "claim: fog", "WG3008")]
    [InlineData("claim: wind", "claim: 'Wind and rain'", "WG3008")]
    [InlineData("- Fog.\n", "", "WG3008")]
    [InlineData("detections: [crane_moved]", "detections: [crane_fell]", "WG3009")]
    [InlineData("sources: [docker.events]", "sources: [crane.events]", "WG3009")]
    [InlineData("steps: [assess, stop]", "steps: [assess, sink]", "WG3009")]
    [InlineData("checks: [scenarios]", "checks: [weather]", "WG3009")]
    [InlineData("{attack.t1610:", "{attack.t9999:", "WG3010")]
    [InlineData("{attack.t1610:", "{attack.t1086: Old., attack.t1610:", "WG3011")]
    [InlineData("tags: [attack.execution,", "tags: [attack.impact,", "WG3012")]
    [InlineData("platforms: [Containers]", "platforms: [Steamships]", "WG3013")]
    [InlineData("platforms: [Containers]", "platforms: [macOS]", "WG3013")]
    [InlineData(", reason: As it was said.", "", "WG3014")]
    [InlineData("Cranes are containers.", "", "WG3014")]
    [InlineData("assessed: [attack.t1610]", "assessed: [attack.t1611]", "WG3014")]
    [InlineData("declared: [attack.t1538]", "declared: [attack.t1596.004]", "WG3014")]
    [InlineData("<https://harbour.example/cranes>", "[cranes](https://harbour example)", "WG3015")]
    [InlineData("<https://harbour.example/cranes>", "[cranes](javascript:alert)", "WG3015")]
    [InlineData("serves: Find cranes that move by night.", "serves: Find something.", "WG3016")]
    [InlineData("claim: respond, action: assess", "claim: sing, action: assess", "WG3018")]
    [InlineData("action: docker.stop", "action: docker.sink", "WG3020")]
    [InlineData("needs: [assess]", "needs: [sail]", "WG3021")]
    [InlineData("action: assess, risk", "action: assess, needs: [stop], risk", "WG3021")]
    [InlineData(", approve: 1", "", "WG3022")]
    [InlineData("action: docker.stop, needs: [assess], risk: high", "action: docker.stop, needs: [assess], risk: low", "WG3022")]
    [InlineData("{{container}}", "{{captain}}", "WG3023")]
    [InlineData("- <https://harbour.example/cranes>", "<!-- the harbour", "WG3026")]
    public void One_fault_is_one_kind_of_error(string find, string replace, string code)
    {
        var found = SomeStrategy.Lint(find, replace).Diagnostics.Where(d => d.Severity == Severity.Error).ToArray();

        Assert.Contains(found, d => d.Code == code);
        Assert.All(found, d => Assert.InRange(d.Location.Line, 1, 80));
    }

    [Fact]
    public void An_error_is_told_where_it_is()
    {
        var error = Assert.Single(SomeStrategy.Lint("sources: [docker.events]", "sources: [crane.events]").Diagnostics, d => d.Severity == Severity.Error);

        Assert.Equal("strategies/quay/strategy.md:26:11", error.Location.ToString());
    }

    [Fact]
    public void Once_there_are_scenarios_every_detection_needs_one_and_a_quiet_twin()
    {
        var fires = "{id: moved-by-night, claim: moved, expect: [{rule: Crane moved}], quiet: [{name: by day}]}";

        Assert.Equal(0, SomeStrategy.Lint(more: ("scenarios/a.yml", fires)).Errors);
        Assert.Contains(SomeStrategy.Lint(more: ("scenarios/a.yml", fires.Replace("{name: by day}", "", StringComparison.Ordinal))).Diagnostics, d => d is { Code: StrategyCodes.NoScenario, Severity: Severity.Error });
        Assert.Contains(SomeStrategy.Lint(more: ("scenarios/a.yml", "{id: other, expect: []}")).Diagnostics, d => d is { Code: StrategyCodes.NoScenario, Severity: Severity.Error });
        Assert.Contains(SomeStrategy.Lint(more: ("scenarios/a.yml", "{id: other, expect: [{rule: Nobody}]}")).Diagnostics, d => d.Code == StrategyCodes.ReferenceUnknown);
    }

    [Fact]
    public void A_suppression_needs_an_owner_a_reason_and_an_expiry()
    {
        const string Sound = "{id: s, owner: jo, reason: wind, expires: 2027-01-01, applies_to: [crane_moved]}";

        Assert.Equal(0, SomeStrategy.Lint(more: ("suppressions/s.yml", Sound)).Errors);
        foreach (var part in new[] { "owner: jo, ", "reason: wind, ", "expires: 2027-01-01, " })
            Assert.Contains(SomeStrategy.Lint(more: ("suppressions/s.yml", Sound.Replace(part, "", StringComparison.Ordinal))).Diagnostics, d => d.Code == StrategyCodes.CompanionIncomplete);
    }

    [Fact]
    public void What_stands_beside_the_document_may_bind_a_claim_from_its_own_side() =>
        Assert.Equal(0, SomeStrategy.Lint(", manual: Nothing sees through fog.", "", ("assumptions/fog.yml", "{id: lamps, claim: fog, affects: [crane_moved]}")).Errors);

    [Fact]
    public void The_strategies_that_ship_have_no_error()
    {
        var catalog = StrategyCatalog.Load(ContentOptions.Default);

        Assert.Equal(["cloud-container-evasion", "container-runtime-evasion"], catalog.Folders.Select(f => f.Name));
        Assert.DoesNotContain(catalog.Folders.SelectMany(f => StrategyLint.Check(f, catalog.Surroundings).Diagnostics), d => d.Severity == Severity.Error);
    }
}
