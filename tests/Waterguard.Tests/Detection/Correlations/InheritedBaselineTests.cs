using System.Globalization;
using Waterguard.Detection.Correlations;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>A container that just started is judged by what the others of its workload have shown.</summary>
public sealed class InheritedBaselineTests
{
    private const string Correlation = "type: baseline, rules: [r1], measure: {value: n}, group-by: [w, c], inherit: [w], learn: 10m, direction: up, condition: {gte: 6}";

    [Fact]
    public void A_new_container_of_a_known_workload_alerts_within_minutes_of_its_start()
    {
        var found = Found(Learnt("w=shop c=1 container.image.name=shop:1"), Series(100, "w=shop c=2 container.image.name=shop:1", 3, _ => 30), Series(103, "w=shop c=2 container.image.name=shop:1", 4, _ => 95));
        Assert.StartsWith("95 where about 30.", found[0].Explanation, StringComparison.Ordinal);
        Assert.EndsWith("those of its predecessor among them", found[0].Explanation, StringComparison.Ordinal);
        Assert.Equal("2", found[0].Group["c"]);
    }

    [Fact]
    public void One_that_uses_from_its_start_what_its_image_never_did_alerts()
    {
        var found = Found(Learnt("w=shop c=1 container.image.name=shop:1"), Series(100, "w=shop c=2 container.image.name=shop:1", 6, _ => 95));
        Assert.NotEmpty(found);
    }

    [Fact]
    public void After_a_rollout_the_new_image_may_use_more_but_not_suddenly_more_than_that()
    {
        var rollout = Series(100, "w=shop c=2 container.image.name=shop:2", 40, i => 60 + (i % 3));
        Assert.Empty(Found(Learnt("w=shop c=1 container.image.name=shop:1"), rollout));
        Assert.NotEmpty(Found(Learnt("w=shop c=1 container.image.name=shop:1"), rollout, Series(140, "w=shop c=2 container.image.name=shop:2", 4, _ => 120)));
    }

    [Fact]
    public void A_container_of_another_workload_or_of_none_learns_for_itself()
    {
        Assert.Empty(Found(Learnt("w=shop c=1"), Series(100, "w=bank c=2", 6, _ => 95)));
        Assert.Empty(Found(Learnt("w=shop c=1"), Series(100, "c=2", 6, _ => 95)));
        Assert.NotEmpty(Found(Learnt("c=1"), Series(100, "c=1", 6, _ => 95)));
    }

    [Fact]
    public void How_far_learning_has_come_can_be_asked()
    {
        var rules = RulesOf(Correlation);
        var session = Engine(rules).Open(_ => { });
        foreach (var match in Matches(rules, $"{Learnt("w=shop c=1")};{Series(100, "w=bank c=2", 5, _ => 1)}")) session.Offer(match);
        session.AdvanceTo(Matches(rules, "r1@6400")[0].Time, Delivery.Of([], (_, _) => true));
        Assert.Equal((2L, 0.5), Assert.Single(session.Readiness()).Value);
    }

    private static string Learnt(string key) => Series(0, key, 100, i => 30 + (i % 3));

    private static string Series(int minute, string key, int count, Func<int, int> value) =>
        string.Join(';', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"r1@{(minute + i) * 60} {key} n={value(i)} id=m{minute + i:0000}")));

    private static IReadOnlyList<CorrelationFinding> Found(params string[] series)
    {
        var rules = RulesOf(Correlation);
        return Engine(rules).Run(Matches(rules, string.Join(';', series))).Findings;
    }
}
