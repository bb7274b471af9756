using FsCheck;
using FsCheck.Fluent;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>What is told at once, before the watermark, is what is found in the end, or is taken back.</summary>
public sealed class EarlyFindingsTests
{
    private const int Lateness = 7;

    public static TheoryData<string> Prompt =>
    [
        "type: event_count, rules: [r1, r2], group-by: [h], timespan: 10s, condition: {gte: 3}",
        "type: value_count, rules: [r1, r2], group-by: [h], timespan: 15s, condition: {field: n, gt: 2}",
        "type: value_avg, rules: [r1, r3], timespan: 10s, condition: {field: n, gt: 3}",
        "type: temporal, rules: [r1, r2, r3], group-by: [h], timespan: 10s",
        "type: temporal_ordered, rules: [r1, r2, r3], timespan: 10s",
        "type: first_seen, rules: [r1], field: n, group-by: [h], learn: 20s, forget: 15s",
    ];

    [Fact]
    public void A_count_is_told_with_the_match_that_fills_it()
    {
        var run = new Run("type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 3}");
        run.Take("r1@1 h=a; r1@2 h=a");
        Assert.Empty(run.Told);
        run.Take("r1@3 h=a");
        Assert.Single(run.Told);
        run.Take("r1@4 h=a; r1@60 h=a");
        Assert.Single(run.Told);
        Assert.Empty(run.TakenBack);
    }

    [Fact]
    public void A_late_match_that_begins_it_earlier_takes_the_first_alert_back_and_names_the_one_in_its_place()
    {
        var run = new Run("type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 3}");
        run.Take("r1@3 h=a id=003; r1@4 h=a id=004; r1@5 h=a id=005");
        run.Take("r1@1 h=a id=001; r1@40 h=b id=040");
        var (finding, instead) = Assert.Single(run.TakenBack);
        Assert.Equal("003", Assert.Single(finding.Anchor));
        Assert.Equal("001", Assert.Single(instead!.Anchor));
    }

    [Theory]
    [MemberData(nameof(Prompt))]
    public void In_the_end_what_was_told_and_not_taken_back_is_what_was_found(string correlation)
    {
        var rules = RulesOf(correlation);
        var matches = from all in (from rule in Gen.Choose(1, 3)
                                   from second in Gen.Choose(0, 120)
                                   from host in Gen.Elements("a", "b", "a,b")
                                   from number in Gen.Choose(-2, 6)
                                   from record in Gen.Choose(0, 90)
                                   from late in Gen.Choose(0, Lateness - 1)
                                   select (Match: Match(rules, $"r{rule}@{second} h={host} n={number}", record), Arrives: second + late)).ListOf()
                      select all.DistinctBy(m => m.Match.RecordId).OrderBy(m => m.Arrives).ThenBy(m => m.Match.RecordId, StringComparer.Ordinal).Select(m => m.Match).ToArray();

        Prop.ForAll(matches.ToArbitrary(), arriving =>
        {
            var run = new Run(correlation);
            foreach (var match in arriving) run.Take(match);
            run.Finish();
            var (told, back, settled) = (run.Told.Select(One).ToHashSet(StringComparer.Ordinal), run.TakenBack.Select(t => One(t.Finding)).ToHashSet(StringComparer.Ordinal), run.Settled.Select(One).ToHashSet(StringComparer.Ordinal));
            Assert.Subset(told, back);
            Assert.Equal(told.Count, run.Told.Count);
            return !told.Except(back).Except(settled).Any() && !back.Intersect(settled).Any();
        }).Check(Fixed.Seed(23));
    }

    private static string One(CorrelationFinding finding) => $"{finding.Key} {string.Join(',', finding.Anchor)}";

    private sealed class Run
    {
        private readonly Waterguard.Sigma.RuleCollection _rules;
        private readonly CorrelationSession _session;
        private readonly EarlyFindings _early;
        private readonly Delivery _delivery = Delivery.Of([], (_, _) => true);
        private DateTimeOffset _seen = DateTimeOffset.MinValue;

        public Run(string correlation)
        {
            _rules = RulesOf(correlation);
            var engine = Engine(_rules);
            _early = engine.OpenEarly(Told.Add, (finding, instead) => TakenBack.Add((finding, instead)));
            _session = engine.Open(finding =>
            {
                _early.Settle(finding);
                if (finding.IsFinal) Settled.Add(finding);
            });
        }

        public List<CorrelationFinding> Told { get; } = [];

        public List<CorrelationFinding> Settled { get; } = [];

        public List<(CorrelationFinding Finding, CorrelationFinding? Instead)> TakenBack { get; } = [];

        public void Take(string matches)
        {
            foreach (var match in Matches(_rules, matches)) Take(match with { RecordId = $"{match.RecordId}@{match.Time:ss}" is var id && matches.Contains("id=", StringComparison.Ordinal) ? match.RecordId : id });
        }

        public void Take(Match match)
        {
            // By the rule of this run's own rules.
            var own = match with { Rule = _rules.Rules.Single(r => r.Header.Name == match.Rule.Header.Name) };
            _session.Offer(own);
            _early.Offer(own);
            _early.Judge();
            if (own.Time > _seen) _seen = own.Time;
            _session.AdvanceTo(_seen.AddSeconds(-Lateness), _delivery);
            _early.SettledTo(_seen.AddSeconds(-Lateness));
        }

        public void Finish()
        {
            _session.Finish(_delivery);
            _early.SettledTo(DateTimeOffset.MaxValue);
            Assert.Equal(0, _early.Pending);
        }
    }
}
