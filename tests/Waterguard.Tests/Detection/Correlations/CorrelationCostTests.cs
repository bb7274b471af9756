using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>A key at rest is small: what a million of them take is what forty thousand take, twenty-five times.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class CorrelationCostTests
{
    private const int Turns = 3;
    private const int Least = 16;

    [Theory]
    [InlineData("type: event_count, rules: [r1], group-by: [h], timespan: 1h, condition: {gte: 100}", 256)]
    [InlineData("type: value_count, rules: [r1], group-by: [h], timespan: 1h, condition: {field: n, gte: 100}", 256)]
    [InlineData("type: temporal_ordered, rules: [r1, r2], group-by: [h], timespan: 1h", 256)]
    [InlineData("type: absence, rules: {trigger: r2, expected: r1}, group-by: [h], within: around, timespan: 1h", 256)]
    [InlineData("type: silence, rules: [r1], group-by: [h], timespan: 1h", 256)]
    [InlineData("type: first_seen, rules: [r1], field: n, group-by: [h], learn: 1d, forget: 60d", 256)]
    [InlineData("type: beacon, rules: [r1], group-by: [h, n], timespan: 1h, condition: {gte: 0.99}", 256)]
    [InlineData("type: baseline, rules: [r1], measure: {count: true}, group-by: [h], bucket: 1m, season: 1w, learn: 1d, condition: {gte: 30}", 1024)]
    public void A_live_key_takes_no_more_than(string correlation, int bytes)
    {
        const int Few = 4_000;
        const int Many = 44_000;
        var taken = 0.0;
        // What the tests before have left is collected whenever it likes: then a reading says too little or too much, and another is taken.
        for (var attempt = 0; attempt < 3 && (taken < Least || taken > bytes); attempt++) taken = (double)(Taken(correlation, Many) - Taken(correlation, Few)) / (Many - Few);
        Assert.InRange(taken, Least, bytes);
    }

    [Fact]
    public void A_window_ten_times_longer_does_not_cost_more_for_each_match()
    {
        var (once, tenfold) = (Allocated("1m"), Allocated("10m"));
        Assert.InRange(tenfold, 0, once * 1.5);
    }

    // What the garbage collector has to clear away goes with the work, and unlike time it does not depend on who else uses the machine.
    private static long Allocated(string timespan)
    {
        var rules = RulesOf($"type: value_sum, rules: [r1], group-by: [h], timespan: {timespan}, condition: {{field: n, gte: 1000000}}");
        var session = Engine(rules).Open(_ => { });
        var delivery = Delivery.Of([], (_, _) => true);
        var steps = Enumerable.Range(0, 60).Select(step => Enumerable.Range(0, 500).Select(i => One(rules, i % 5, (step * 500) + i, (step * 10) + (i / 50.0))).ToArray()).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var step in steps)
        {
            foreach (var match in step) session.Offer(match);
            session.AdvanceTo(step[^1].Time, delivery);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long Taken(string correlation, int keys)
    {
        var rules = RulesOf(correlation);
        var before = GC.GetTotalMemory(true);
        var session = Engine(rules).Open(_ => { }, new SessionOptions(RecentRecords: 16)); // what they take does not grow with the keys
        var delivery = Delivery.Of([], (_, _) => true);
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var key = 0; key < keys; key++)
            {
                var match = One(rules, key, ((long)turn * keys) + key, (turn * 600) + (key * 600.0 / keys));
                session.Offer(match);
                if (key % 2000 == 0) session.AdvanceTo(match.Time, delivery);
            }
        }

        for (var i = 0; i < 5; i++) session.AdvanceTo(One(rules, 0, 0, (Turns * 600) + i).Time, delivery);
        var taken = GC.GetTotalMemory(true) - before;
        Assert.Equal(keys, session.Keys);
        GC.KeepAlive(session);
        return taken;
    }

    private static Match One(RuleCollection rules, int key, long number, double second)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"10.{key >> 16}.{(key >> 8) & 255}.{key & 255}");
        var match = Match(rules, string.Create(CultureInfo.InvariantCulture, $"r1@{Math.Round(second, 3)} h={host} n={key % 90} id={number:x32}"), 0);
        return match with { Entities = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("address", [host]), Evidence = match.Evidence with { File = "/var/log/zeek/current/conn.log", Line = number, Offset = number * 300 } };
    }
}

/// <summary>Tests that measure memory run alone.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;
