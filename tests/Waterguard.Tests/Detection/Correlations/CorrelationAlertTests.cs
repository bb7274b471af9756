using System.Collections.Immutable;
using Waterguard.Alerting;
using Waterguard.Pipeline;
using Waterguard.Tests.Rules;
using Waterguard.Tests.Sigma;
using Xunit;

namespace Waterguard.Tests.Detection.Correlations;

public sealed class CorrelationAlertTests
{
    private const string Many = "title: Many\nname: many\ncorrelation: {type: event_count, rules: [r1], group-by: [h], timespan: 1m, condition: {gte: 2}}\n";

    [Fact]
    public void An_alert_of_a_correlation_has_its_group_its_window_and_its_sentence()
    {
        var alert = Assert.Single(Alerts(Many + "waterguard: {reason: '{h} did {u} {count} times ({value}) in {window}'}\n", "r1@0 h=a u=x; r1@20 h=a u=y; r1@75 h=a u=x"));

        Assert.True(alert.IsCorrelation);
        Assert.Equal("a did x, y 3 times (2) in 1 min 15 s", alert.Reason);
        Assert.Equal("h=a", string.Join(' ', alert.Group.Select(g => $"{g.Key}={g.Value}")));
        Assert.Equal((20, 75), ((alert.Time - alert.Window!.Value.Start).TotalSeconds, (alert.Window!.Value.End - alert.Window!.Value.Start).TotalSeconds));
        Assert.Equal((3, 3), (alert.EventCount, alert.Events.Length));
        Assert.Equal(["a"], alert.Entities["identity"]);
    }

    [Fact]
    public void Without_a_sentence_the_title_tells_who_and_how_many() =>
        Assert.Equal("Many: 2 matches within 20 s for h a", Assert.Single(Alerts(Many, "r1@0 h=a; r1@20 h=a")).Reason);

    [Fact]
    public void Its_identity_is_that_of_its_first_event_whatever_comes_later()
    {
        var few = Assert.Single(Alerts(Many, "r1@0 h=a; r1@20 h=a"));
        var more = Assert.Single(Alerts(Many, "r1@0 h=a; r1@20 h=a; r1@30 h=a"));
        var other = Assert.Single(Alerts(Many, "r1@0 h=b; r1@20 h=b"));

        Assert.Equal(few.Id, more.Id);
        Assert.NotEqual(few.Id, other.Id);
    }

    [Fact]
    public void Secrets_in_a_group_do_not_reach_the_sentence() =>
        Assert.DoesNotContain("hunter2hunter2", Assert.Single(Alerts(Many, "r1@0 h=password:hunter2hunter2; r1@1 h=password:hunter2hunter2")).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_inner_correlation_that_is_only_consumed_gives_no_alert()
    {
        var outer = "title: Twice\nname: twice\ncorrelation: {type: event_count, rules: [many], timespan: 1h, condition: {gte: 2}}\n";

        var alert = Assert.Single(Alerts(Many + "---\n" + outer, "r1@0 h=a; r1@1 h=a; r1@0 h=b; r1@1 h=b"));

        Assert.Equal(("Twice", 4), (alert.Rule.Title, alert.EventCount));
    }

    private static IReadOnlyList<Alert> Alerts(string correlations, string matches)
    {
        var generation = SomeContent.With(Some.Named("r1") + "---\n" + correlations);
        var alerts = new AlertSet();
        Assert.Empty(generation.Diagnostics);
        Correlating.Run(generation, CorrelationCases.Matches(generation.Rules, matches), new ScanTally(), new AlertFactory(_ => null), alerts);
        return alerts.Sorted();
    }
}
