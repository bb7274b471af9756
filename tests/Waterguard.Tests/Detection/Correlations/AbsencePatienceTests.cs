using System.Collections.Immutable;
using Waterguard.Detection.Correlations;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>Time goes on with the busiest source. One that has little to tell has not told of the time that is over yet: it is waited for, and not for ever.</summary>
public sealed class AbsencePatienceTests
{
    private const string Absence = "type: absence, rules: {trigger: r1, expected: r2}, group-by: [h], within: around, timespan: 60s";
    private static readonly DateTimeOffset s_zero = Match(RulesOf(Absence), "r1@0 h=a", 0).Time;

    [Fact]
    public void What_a_quiet_source_has_not_told_yet_is_decided_when_it_has()
    {
        var (session, found) = Opened("r1@100 h=a");
        AdvanceTo(session, 165, quietUntil: 110); // the deadline is 160
        AdvanceTo(session, 200, quietUntil: 150);
        Assert.Empty(found);
        Assert.Equal(0, session.Counts.Undecided);

        AdvanceTo(session, 215, quietUntil: 161);
        Assert.Single(found);
        AdvanceTo(session, 5000, quietUntil: 5000);
        Assert.Single(found);
        Assert.Equal(0, session.Counts.Undecided);
    }

    [Fact]
    public void A_source_that_tells_nothing_for_two_time_spans_leaves_it_undecided_and_that_is_counted()
    {
        var (session, found) = Opened("r1@100 h=a");
        AdvanceTo(session, 270, quietUntil: 110);
        Assert.Equal(0, session.Counts.Undecided);
        AdvanceTo(session, 290, quietUntil: 110);
        AdvanceTo(session, 900, quietUntil: 900);
        Assert.Empty(found);
        Assert.Equal(1, session.Counts.Undecided);
    }

    [Theory]
    [InlineData("r2@155 h=a", 0)]
    [InlineData("r2@175 h=a", 1)] // too late: it was waited for the source, not for the companion
    public void A_companion_counts_by_its_own_time_also_while_its_source_is_waited_for(string companion, int alerts)
    {
        var rules = RulesOf(Absence);
        var found = new List<CorrelationFinding>();
        var session = Engine(rules).Open(found.Add);
        foreach (var match in Matches(rules, "r1@100 h=a; " + companion)) session.Offer(match);
        AdvanceTo(session, 170, quietUntil: 110);
        AdvanceTo(session, 230, quietUntil: 230);
        Assert.Equal(alerts, found.Count);
        Assert.Equal(0, session.Counts.Undecided);
    }

    private static (CorrelationSession Session, List<CorrelationFinding> Found) Opened(string events)
    {
        var rules = RulesOf(Absence);
        var found = new List<CorrelationFinding>();
        var session = Engine(rules).Open(found.Add);
        foreach (var match in Matches(rules, events)) session.Offer(match);
        return (session, found);
    }

    // Both sources have told since the beginning, the quiet one until some time before now.
    private static void AdvanceTo(CorrelationSession session, int now, int quietUntil) => session.AdvanceTo(
        s_zero.AddSeconds(now),
        Delivery.Of([KeyValuePair.Create("quiet", (s_zero, s_zero.AddSeconds(quietUntil))), KeyValuePair.Create("busy", (s_zero, s_zero.AddSeconds(now)))], (rule, source) => source == "quiet"));
}
