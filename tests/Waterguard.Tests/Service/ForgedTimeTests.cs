using System.Collections.Immutable;
using Waterguard.Alerting;
using Waterguard.Configuration;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sigma;
using Waterguard.Tests.Detection.Correlations;
using Waterguard.Tests.Rules;
using Waterguard.Tests.Sigma;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>One record from the future must not make everything after it late.</summary>
public sealed class ForgedTimeTests
{
    [Fact]
    public void A_time_far_ahead_of_its_arrival_is_counted_and_correlations_go_on()
    {
        var generation = SomeContent.With(Some.Named("r1") + "---\ntitle: Often\nid: often\ncorrelation: {type: event_count, rules: [r1], timespan: 1h, condition: {gte: 3}}\n");
        using var folder = Repository.Folder();
        using var evidence = new EvidenceFiles(folder.Path, 1 << 20);
        var live = new LiveCorrelations(generation, new ServiceConfiguration("", Level.Low, 0, 0, null, ContentOptions.Default, []), evidence, TimeProvider.System);
        var matches = CorrelationCases.Matches(generation.Rules, "r1@0; r1@60; r1@120");
        var (arrived, factory, alerts) = (matches[0].Time, new AlertFactory(_ => null), new List<Alert>());

        live.Seen("in", Times(arrived, arrived.AddYears(50)), arrived);
        foreach (var match in matches)
        {
            live.Offer(match);
            live.Seen("in", Times(match.Time, match.Time), match.Time);
            alerts.AddRange(live.Advance(factory));
        }

        live.Seen("in", Times(arrived.AddMinutes(9), arrived.AddMinutes(9)), arrived.AddMinutes(9));
        alerts.AddRange(live.Advance(factory));

        Assert.Equal(1, live.ForgedTimes);
        Assert.Equal(0, live.Counts.Late);
        Assert.Equal("Often", Assert.Single(alerts).Rule.Title);
    }

    [Fact]
    public void A_time_of_the_year_1_which_says_never_neither_ends_the_service_nor_holds_time_back()
    {
        var generation = SomeContent.With(Some.Named("r1") + "---\ntitle: Often\nid: often\ncorrelation: {type: event_count, rules: [r1], timespan: 1h, condition: {gte: 3}}\n");
        using var folder = Repository.Folder();
        using var evidence = new EvidenceFiles(folder.Path, 1 << 20);
        var matches = CorrelationCases.Matches(generation.Rules, "r1@0; r1@60; r1@120");
        var time = new FakeTime(matches[0].Time);
        var live = new LiveCorrelations(generation, new ServiceConfiguration("", Level.Low, 0, 0, null, ContentOptions.Default, []), evidence, time);
        var (factory, alerts) = (new AlertFactory(_ => null), new List<Alert>());

        live.Seen("engine", Times(DateTimeOffset.MinValue, DateTimeOffset.MinValue), matches[0].Time);
        Assert.Empty(live.Advance(factory));
        foreach (var match in matches)
        {
            time.Advance(match.Time - time.GetUtcNow());
            live.Offer(match);
            live.Seen("in", Times(match.Time, match.Time), match.Time);
            alerts.AddRange(live.Advance(factory));
        }

        var later = matches[^1].Time.AddMinutes(9);
        time.Advance(later - time.GetUtcNow());
        live.Seen("in", Times(later, later), later);
        alerts.AddRange(live.Advance(factory));
        Assert.Equal("Often", Assert.Single(alerts).Rule.Title);
    }

    private static ImmutableDictionary<string, (DateTimeOffset From, DateTimeOffset To)> Times(DateTimeOffset from, DateTimeOffset to) =>
        ImmutableDictionary<string, (DateTimeOffset From, DateTimeOffset To)>.Empty.Add("test", (from, to));
}
