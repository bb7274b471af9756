using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Strategies.State;
using Xunit;

namespace Waterguard.Tests.Strategies.State;

/// <summary>The state of a strategy is a function of what is observed.</summary>
public sealed class StrategyStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly StatedDetection One = new("one", "one_name", "One", "high", []);
    private static readonly StatedDetection Two = new("two", null, "Two", "low", ["companion"]);

    [Fact]
    public void Armed_when_all_are_blind_when_all_are_and_degraded_between()
    {
        Assert.Equal(Armament.Armed, Of(Seen(("one", Sees), ("two", Sees))).State);
        Assert.Equal(Armament.Degraded, Of(Seen(("one", Sees), ("two", Sees with { Missing = ["lacks bodies"] }))).State);
        Assert.Equal(Armament.Blind, Of(Seen(("one", Sees with { IsHeard = false }), ("two", Sees with { Missing = ["lacks bodies"] }))).State);
        Assert.Equal(Armament.Blind, StrategyState.Of("s", [], [], Seen()).State);
    }

    [Fact]
    public void What_sees_a_part_is_degraded_and_an_absence_whose_companion_nobody_could_tell_of()
    {
        var partly = Of(Seen(("one", Sees with { Missing = ["lacks bodies for pods"], Partly = true }), ("two", Sees), ("companion", Sees with { Source = "firewall", IsHeard = false })));
        Assert.Equal([Armament.Degraded, Armament.Degraded], partly.Detections.Select(d => d.State));
        Assert.StartsWith("firewall was not heard of", partly.Detections[1].Reasons[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_silence_and_failed_validation_are_reasons()
    {
        var seen = Seen(("one", Sees), ("two", Sees)) with
        {
            Learning = ImmutableDictionary<string, LearningSeen>.Empty.Add("one", new(10, 0.2, "7 days")),
            Validation = ImmutableDictionary<string, ValidationSeen>.Empty.Add("two", new(Now, false, true, "exec-get")),
        };
        var state = Of(seen);
        Assert.Equal("20 % of 10 keys have learnt enough; each learns for 7 days", state.Detections[0].Reasons[0].Text);
        Assert.Equal("its scenario did not make it fire on 2026-11-22: exec-get", state.Detections[1].Reasons[0].Text);

        var silent = Seen(("one", Sees), ("two", Sees)) with { SilentAfter = TimeSpan.FromMinutes(10), Sources = Sources("audit", Now.AddMinutes(-11)) };
        Assert.Equal("audit has been silent since 2026-11-22 11:49:00Z", Of(silent).Detections[0].Reasons[0].Text);
        Assert.Equal(Armament.Armed, Of(silent with { SilentAfter = TimeSpan.FromMinutes(12) }).State);
    }

    [Theory]
    [InlineData("check: delivery, source: audit, within: 10m", true)]
    [InlineData("check: delivery, source: audit, within: 1m", false)]
    [InlineData("check: delivery, source: other, within: 1m", false)]
    [InlineData("check: population, source: audit, field: user, min: 0.9", true)]
    [InlineData("check: population, source: audit, field: user, min: 0.99", false)]
    [InlineData("check: population, source: other, field: user", null)]
    [InlineData("check: level, source: audit, field: requestObject, min: 0.5", false)]
    [InlineData("check: vocabulary, source: audit, field: verb", false)]
    [InlineData("check: vocabulary, source: audit, field: stage", true)]
    [InlineData("check: baseline, min: 0.5", null)]
    [InlineData("check: canary", null)]
    public void An_assumption_holds_fails_or_is_not_seen(string check, bool? holds)
    {
        var bag = new DiagnosticBag();
        var assumption = Assert.Single(AssumptionLoader.Load([("a.yml", $"{{id: a, claim: c, {check}, on_fail: blind, affects: [one_name]}}")], bag));
        Assert.Empty(bag.ToSorted());
        var seen = Seen(("one", Sees), ("two", Sees)) with { Sources = Sources("audit", Now.AddMinutes(-5)) };
        var state = StrategyState.Of("s", [One, Two], [assumption], seen);
        Assert.Equal(holds, Assert.Single(state.Assumptions).Holds);
        Assert.Equal(holds == false ? Armament.Blind : Armament.Armed, state.Detections[0].State);
        Assert.Equal(Armament.Armed, state.Detections[1].State);
    }

    [Theory]
    [InlineData("{id: a, claim: c}")]
    [InlineData("{id: a, check: delivery, source: x, within: 1m}")]
    [InlineData("{id: a, claim: c, check: delivery, source: x}")]
    [InlineData("{id: a, claim: c, check: population, source: x}")]
    [InlineData("{id: a, claim: c, check: population, source: x, field: y, min: 95}")]
    [InlineData("{id: a, claim: c, check: guess}")]
    [InlineData("just text")]
    public void An_assumption_that_cannot_be_judged_is_refused_with_its_place(string text)
    {
        var bag = new DiagnosticBag();
        Assert.Empty(AssumptionLoader.Load([("a.yml", text)], bag));
        Assert.All(bag.ToSorted(), d => Assert.Equal("a.yml", d.Location.File));
        Assert.NotEmpty(bag.ToSorted());
    }

    private static DetectionSeen Sees { get; } = new("audit", true, [], false);

    private static StrategyState Of(Observations seen) => StrategyState.Of("s", [One, Two], [], seen);

    private static Observations Seen(params (string Id, DetectionSeen Seen)[] detections) => new(
        Now, ImmutableSortedDictionary<string, SourceSeen>.Empty, detections.ToImmutableDictionary(d => d.Id, d => d.Seen, StringComparer.Ordinal),
        ImmutableDictionary<string, LearningSeen>.Empty, ImmutableDictionary<string, ValidationSeen>.Empty, ImmutableDictionary<string, CheckSeen>.Empty);

    private static ImmutableSortedDictionary<string, SourceSeen> Sources(string name, DateTimeOffset last) => ImmutableSortedDictionary<string, SourceSeen>.Empty.Add(name, new(
        name, 100, last, Shares("user", 0.95), Shares("requestObject", 0.3), ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("verb", ["sing"])));

    private static ImmutableSortedDictionary<string, double> Shares(string field, double share) => ImmutableSortedDictionary<string, double>.Empty.Add(field, share);
}
