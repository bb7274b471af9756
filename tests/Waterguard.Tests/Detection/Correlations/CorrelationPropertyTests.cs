using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>Findings are a function of the set of matches.</summary>
public sealed class CorrelationPropertyTests
{
    public static TheoryData<string> Correlations =>
    [
        "type: event_count, rules: [r1, r2], group-by: [h], timespan: 10s, condition: {gte: 3}",
        "type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 1, lt: 3}",
        "type: value_count, rules: [r1, r2], group-by: [h], timespan: 15s, condition: {field: n, gt: 2}",
        "type: value_sum, rules: [r1], group-by: [h], timespan: 20s, condition: {field: n, gte: 9}",
        "type: value_avg, rules: [r1, r3], timespan: 10s, condition: {field: n, gt: 3}",
        "type: value_percentile, rules: [r1], timespan: 30s, condition: {field: n, percentile: 75, gte: 4}",
        "type: temporal, rules: [r1, r2, r3], group-by: [h], timespan: 10s",
        "type: temporal, rules: [r1, r2], group-by: [h], timespan: 10s, condition: r1 and not r2",
        "type: temporal_ordered, rules: [r1, r2, r3], timespan: 10s",
        "type: absence, rules: {trigger: r1, expected: r2}, group-by: [h], within: around, timespan: 10s",
        "type: absence, rules: {trigger: r3, expected: r1}, within: before, timespan: 5s",
        "type: silence, rules: [r1, r2], group-by: [h], timespan: 10s",
        "type: first_seen, rules: [r1], field: n, group-by: [h], learn: 20s, forget: 15s",
        "type: baseline, rules: [r1, r2], measure: {value: n}, learn: 1s, condition: {gte: 0.1}",
        "type: baseline, rules: [r1, r2], measure: {count: true}, bucket: 2s, learn: 1s, condition: {gte: 0.1}",
        "type: baseline, rules: [r1, r2], measure: {count: true}, group-by: [h, n], inherit: [h], bucket: 2s, learn: 1s, condition: {gte: 0.1}",
        "type: beacon, rules: [r1], group-by: [h], timespan: 1m, condition: {gte: 0.01}",
    ];

    [Theory]
    [MemberData(nameof(Correlations))]
    public void Neither_order_nor_copies_change_what_is_found(string correlation)
    {
        var rules = RulesOf(correlation, "type: event_count, rules: [c0], timespan: 1m, condition: {gte: 2}");
        var engine = Engine(rules);
        var match = from rule in Gen.Choose(1, 3)
                    from second in Gen.Choose(0, 60)
                    from host in Gen.Elements("a", "b", "a,b")
                    from number in Gen.Choose(-2, 6)
                    from record in Gen.Choose(0, 40)
                    select Match(rules, $"r{rule}@{second} h={host} n={number}", record);
        var runs = from matches in match.ListOf()
                   from shuffled in Gen.Shuffle(matches.Concat(matches.Where((_, i) => i % 3 == 0)).ToArray())
                   select (Matches: matches.ToArray(), Shuffled: shuffled);

        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var distinct = Unambiguous(run.Matches);
            var kept = distinct.ToHashSet(ReferenceEqualityComparer.Instance);
            return Full(engine.Run(distinct)) == Full(engine.Run(run.Shuffled.Where(kept.Contains)));
        }).Check(Fixed.Seed(11));
    }

    [Theory]
    [MemberData(nameof(Correlations))]
    public void Matches_that_come_one_by_one_and_out_of_order_give_the_same_as_all_together(string correlation)
    {
        const int Lateness = 7;
        var rules = RulesOf(correlation, "type: event_count, rules: [c0], group-by: [h], timespan: 1m, condition: {gte: 2}");
        var engine = Engine(rules);
        var match = from rule in Gen.Choose(1, 3)
                    from second in Gen.Choose(0, 240)
                    from host in Gen.Elements("a", "b", "a,b")
                    from number in Gen.Choose(-2, 6)
                    from record in Gen.Choose(0, 90)
                    from late in Gen.Choose(0, Lateness - 1)
                    select (Match: Match(rules, $"r{rule}@{second} h={host} n={number}", record), Arrives: second + late);

        Prop.ForAll(match.ListOf().ToArbitrary(), run =>
        {
            var kept = Unambiguous([.. run.Select(r => r.Match)]).ToHashSet(ReferenceEqualityComparer.Instance);
            var arriving = run.Where(r => kept.Contains(r.Match)).OrderBy(r => r.Arrives).ThenBy(r => r.Match.RecordId, StringComparer.Ordinal).ToArray();
            if (arriving.Length == 0) return true;
            var times = arriving.Select(a => a.Match.Time).ToArray();
            var delivery = Delivery.Of([KeyValuePair.Create("test", (times.Min(), times.Max()))], (_, _) => true);
            var (final, interim) = (new List<CorrelationFinding>(), 0);
            var session = engine.Open(f =>
            {
                if (f.IsFinal) final.Add(f);
                else interim++;
            });
            var seen = DateTimeOffset.MinValue;
            foreach (var (one, _) in arriving)
            {
                session.Offer(one);
                seen = one.Time > seen ? one.Time : seen;
                session.AdvanceTo(seen.AddSeconds(-Lateness), delivery);
            }

            session.Finish(delivery);
            Assert.Equal(0, session.Counts.Late);
            Assert.Equal(0, session.Waiting);
            var together = engine.Run([.. arriving.Select(a => a.Match)], delivery).Findings;
            return Sorted(together) == Sorted(final);
        }).Check(Fixed.Seed(11));

        static string Sorted(IEnumerable<CorrelationFinding> findings) => string.Join('\n', findings.Select(One).Order(StringComparer.Ordinal));
    }

    // One place holds one record: matches that differ in nothing but their content cannot come from real input.
    private static Match[] Unambiguous(Match[] matches) =>
        [.. matches.DistinctBy(m => (m.RecordId, m.Rule.Header.Id, m.Time))];

    private static string Full(CorrelationOutcome outcome) => string.Join('\n', outcome.Findings.Select(One));

    private static string One(CorrelationFinding f) =>
        $"{f.Correlation.Header.Name} {Text(f)} {f.Opened:O} [{string.Join(',', f.Anchor)}] {string.Join(',', f.Evidence.Select(e => e.Line))} {string.Join(',', f.Entities["identity"])}";
}
