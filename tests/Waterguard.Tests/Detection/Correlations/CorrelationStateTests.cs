using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;
using Waterguard.Sigma;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>What a session knows can be taken out at any moment, and another goes on from it; how many threads drive the shards changes nothing.</summary>
public sealed class CorrelationStateTests
{
    private const int Lateness = 7;

    public static TheoryData<string> Correlations => CorrelationPropertyTests.Correlations;

    [Theory]
    [MemberData(nameof(Correlations))]
    public void Stopped_anywhere_and_gone_on_from_what_was_stored_it_finds_the_same(string correlation)
    {
        var rules = RulesOf(correlation, "type: event_count, rules: [c0], group-by: [h], timespan: 1m, condition: {gte: 2}");
        var engine = Engine(rules);
        var runs = from matches in Arrivals(rules)
                   from stops in Gen.Choose(0, Math.Max(1, matches.Length - 1)).ListOf()
                   from threads in Gen.Elements(1, 3, 16)
                   select (matches, stops: stops.ToHashSet(), threads);

        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            if (run.matches.Length == 0) return true;
            var delivery = DeliveryOf(run.matches);
            var together = engine.Run(run.matches, delivery).Findings;
            return Sorted(together) == Sorted(WithStops(engine, run.matches, delivery, run.stops, run.threads));
        }).Check(Fixed.Seed(17));
    }

    [Fact]
    public void A_correlation_that_means_something_else_starts_from_nothing_and_says_so()
    {
        var before = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 3}", "type: silence, rules: [r2], group-by: [h], timespan: 10s");
        var after = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 4}", "type: silence, rules: [r2], group-by: [h], timespan: 10s");
        var first = Engine(before).Open(_ => { });
        var matches = Matches(before, "r1@1 h=a; r1@2 h=a; r2@3 h=b");
        foreach (var match in matches) first.Offer(match);
        first.AdvanceTo(matches[^1].Time.AddSeconds(1), DeliveryOf(matches));

        var second = Engine(after).Open(_ => { });
        var restored = second.Restore(first.State());

        Assert.Equal(1, restored.Keys);
        Assert.Equal(1, second.Keys);
        Assert.Equal("it means something else now", Assert.Single(restored.Restarted).Value);
    }

    [Fact]
    public void State_of_a_session_with_other_rules_beside_is_read_by_the_words_that_it_was_written_with()
    {
        const string Kept = "type: first_seen, rules: [r1], field: n, group-by: [h], learn: 1s";
        var before = RulesOf(Kept);
        var after = RulesOf(Kept, "type: event_count, rules: [r2], group-by: [aaa, zzz], timespan: 10s, condition: {gte: 4}");
        var matches = Matches(before, "r1@1 h=a n=1; r1@5 h=a n=1; r1@6 h=a n=2");
        var first = Engine(before).Open(_ => { });
        first.Offer(matches[0]);
        first.AdvanceTo(matches[1].Time, DeliveryOf(matches));

        var found = new List<CorrelationFinding>();
        var second = Engine(after).Open(found.Add);
        second.Restore(first.State());
        second.Offer(matches[1]);
        second.Offer(matches[2]);
        second.Finish(DeliveryOf(matches));

        Assert.StartsWith("2 was never seen here", Assert.Single(found).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_nothing_came_for_over_several_starts_are_read_by_the_words_that_they_were_written_with()
    {
        var rules = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 1h, condition: {gte: 2}");
        var engine = Engine(rules);
        var matches = Matches(rules, "r1@1 h=a; r1@2 h=b; r1@3 h=c; r1@4 h=a").Select((m, i) => m with { Evidence = m.Evidence with { File = $"file{i}" } }).ToArray();
        var stored = new Dictionary<(string, UInt128), KeyState>();
        var head = default(SessionState);
        var found = new List<CorrelationFinding>();
        foreach (var match in matches)
        {
            var session = engine.Open(found.Add, new SessionOptions(1, null, NotesChanges: true));
            if (head is not null) session.Restore(new SessionState(head.Head, [.. stored.Values.Reverse()]));
            session.Offer(match);
            session.AdvanceTo(match.Time.AddMilliseconds(500), DeliveryOf(matches));
            head = session.TakeChanges();
            foreach (var key in head.Keys) stored[(key.Correlation, key.Key)] = key;
        }

        Assert.Equal(["file0", "file3"], Assert.Single(found).Evidence.Select(e => e.File));
    }

    [Fact]
    public void One_key_that_cannot_be_read_is_dropped_and_the_others_of_its_correlation_stay()
    {
        var rules = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 1h, condition: {gte: 2}");
        var first = Engine(rules).Open(_ => { });
        var matches = Matches(rules, "r1@1 h=a; r1@2 h=b");
        foreach (var match in matches) first.Offer(match);
        first.AdvanceTo(matches[^1].Time.AddSeconds(1), DeliveryOf(matches));
        var state = first.State();

        var second = Engine(rules).Open(_ => { });
        var restored = second.Restore(new SessionState(state.Head, [state.Keys[0], state.Keys[1] with { State = new byte[] { 9 } }]));

        Assert.Equal(1, second.Keys);
        Assert.Equal((1, 1), (restored.Keys, restored.Damaged));
        Assert.Equal(state.Keys[1].Key, Assert.Single(restored.Dropped).Key);
        Assert.Empty(restored.Restarted);
    }

    [Fact]
    public void Damaged_state_is_refused_in_words_and_never_more_than_that()
    {
        var rules = RulesOf("type: beacon, rules: [r1], group-by: [h], timespan: 1m, condition: {gte: 0.01}", "type: baseline, rules: [r1], measure: {count: true}, bucket: 2s, season: 1d, learn: 1s, condition: {gte: 0.1}");
        var matches = Matches(rules, string.Join(';', Enumerable.Range(0, 30).Select(i => $"r1@{i} h=host{i % 3} n={i}")));
        var session = Engine(rules).Open(_ => { });
        foreach (var match in matches) session.Offer(match);
        session.AdvanceTo(matches[^1].Time, DeliveryOf(matches));
        var state = session.State();
        var keys = state.Keys.ToArray();
        Assert.Equal(4, keys.Length);
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var (correlation, key, bytes) = keys[round % keys.Length];
            var damaged = bytes!.Value.ToArray();
            if (round % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
            else damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var head = state.Head.ToArray();
            if (round % 5 == 0) head[random.Next(head.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Engine(rules).Open(_ => { }).Restore(new SessionState(head, [new KeyState(correlation, key, damaged)]));
            }
            catch (InvalidDataException)
            {
                // Said in words: that is the promise.
            }
        }
    }

    private static List<CorrelationFinding> WithStops(CorrelationEngine engine, Match[] arriving, Delivery delivery, HashSet<int> stops, int threads)
    {
        var final = new List<CorrelationFinding>();
        var stored = new Dictionary<(string, UInt128), KeyState>();
        var options = new SessionOptions(threads, null, NotesChanges: true);
        var session = engine.Open(f => Keep(f, final), options);
        var seen = DateTimeOffset.MinValue;
        for (var i = 0; i < arriving.Length; i++)
        {
            session.Offer(arriving[i]);
            seen = arriving[i].Time > seen ? arriving[i].Time : seen;
            session.AdvanceTo(seen.AddSeconds(-Lateness), delivery);
            if (!stops.Contains(i)) continue;
            var changes = session.TakeChanges();
            foreach (var key in changes.Keys)
            {
                if (key.State is null) stored.Remove((key.Correlation, key.Key));
                else stored[(key.Correlation, key.Key)] = key;
            }

            session = engine.Open(f => Keep(f, final), options);
            Assert.Empty(session.Restore(new SessionState(changes.Head, [.. stored.Values])).Restarted);
            for (var again = 0; again <= i; again++) session.Offer(arriving[again]);
        }

        session.Finish(delivery);
        return final;
    }

    private static void Keep(CorrelationFinding finding, List<CorrelationFinding> findings)
    {
        if (finding.IsFinal) findings.Add(finding);
    }

    // In the order of arrival, none later than the lateness allows.
    private static Gen<Match[]> Arrivals(RuleCollection rules) =>
        from all in (from rule in Gen.Choose(1, 3)
                     from second in Gen.Choose(0, 240)
                     from host in Gen.Elements("a", "b", "c", "a,b")
                     from number in Gen.Choose(-2, 6)
                     from record in Gen.Choose(0, 90)
                     from late in Gen.Choose(0, Lateness - 1)
                     select (Match: Match(rules, $"r{rule}@{second} h={host} n={number}", record), Arrives: second + late)).ListOf()
        select all.DistinctBy(m => (m.Match.RecordId, m.Match.Rule.Header.Id)).OrderBy(m => m.Arrives).ThenBy(m => m.Match.RecordId, StringComparer.Ordinal).Select(m => m.Match).ToArray();

    private static Delivery DeliveryOf(IReadOnlyCollection<Match> matches) =>
        Delivery.Of([KeyValuePair.Create("test", (matches.Min(m => m.Time), matches.Max(m => m.Time)))], (_, _) => true);

    private static string Sorted(IEnumerable<CorrelationFinding> findings) => string.Join('\n', findings.Select(One).Order(StringComparer.Ordinal));

    private static string One(CorrelationFinding f) => string.Create(CultureInfo.InvariantCulture,
        $"{f.Correlation.Header.Name} {Text(f)} {f.Opened:O} {f.Score} {f.Explanation} {f.Episode} [{string.Join(',', f.Anchor)}] {string.Join(',', f.Evidence.Select(e => e.Line))} {string.Join(',', f.Entities["identity"])}");
}
