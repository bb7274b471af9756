using System.Diagnostics;
using Waterguard.Detection.Correlations;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>What a correlation keeps is bounded: what is beyond is refused and counted, and what nobody needs any more makes room.</summary>
public sealed class CorrelationBoundsTests
{
    private const int MostKeys = 1 << 16;
    private const string Learning = "type: baseline, rules: [r1], measure: {value: n}, group-by: [w, c], inherit: [w], learn: 10m, direction: up, condition: {gte: 6}";

    [Fact]
    public void Keys_beyond_what_one_shard_holds_are_refused_counted_and_cost_no_look_at_all_others_each()
    {
        var rules = RulesOf(Learning);
        var one = Match(rules, "r1@0 w=shop c=1 n=1", 0);
        var session = Engine(rules).Open(_ => { });
        var refused = MostKeys / 4;
        var clock = Stopwatch.StartNew();
        var filled = TimeSpan.Zero;
        for (var i = 0; i < MostKeys + refused; i++)
        {
            session.Offer(one with { RecordId = $"{i}", Time = one.Time.AddSeconds(i), Values = one.Values.SetItem("c", [$"{i}"]) });
            if (i % 4096 == 4095) session.AdvanceTo(one.Time.AddSeconds(i + 1), Delivery.Of([], (_, _) => true));
            if (i == MostKeys - 1) filled = clock.Elapsed;
        }

        Assert.Equal((MostKeys, refused), (session.Keys, session.Counts.KeysRefused));
        Assert.True(clock.Elapsed - filled < filled, $"{MostKeys} keys took {filled}, {refused} that were refused {clock.Elapsed - filled}");
    }

    [Fact]
    public void A_container_that_was_not_heard_of_for_five_weeks_is_forgotten()
    {
        var rules = RulesOf(Learning);
        var session = Engine(rules).Open(_ => { });
        var matches = Matches(rules, "r1@0 w=shop c=1 n=1; r1@10 w=shop c=2 n=1");
        foreach (var match in matches) session.Offer(match);
        session.AdvanceTo(matches[0].Time + BaselineWindow.Forget, Delivery.Of([], (_, _) => true));
        Assert.Equal(2, session.Keys);

        session.AdvanceTo(matches[1].Time + BaselineWindow.Forget, Delivery.Of([], (_, _) => true));
        Assert.Equal(1, session.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_forgotten_does_not_depend_on_whether_somebody_looked(bool looked)
    {
        var rules = RulesOf(Learning);
        var found = new List<CorrelationFinding>();
        var session = Engine(rules).Open(found.Add);
        var learnt = Enumerable.Range(0, 100).Select(i => Match(rules, $"r1@{i * 60} w=shop c=1 n={30 + (i % 3)}", i)).ToArray();
        foreach (var match in learnt) session.Offer(match);
        if (looked) session.AdvanceTo(learnt[^1].Time + BaselineWindow.Forget + TimeSpan.FromHours(1), Delivery.Of([], (_, _) => true));
        var later = BaselineWindow.Forget.TotalSeconds + (101 * 60) + 3600;
        for (var i = 0; i < 5; i++) session.Offer(Match(rules, $"r1@{later + (i * 60)} w=shop c={1 + (i % 2)} n=95", 200 + i));
        session.Finish(Delivery.Of([], (_, _) => true));

        Assert.Empty(found);
    }
}
