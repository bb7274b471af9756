using Waterguard.Detection.Correlations;
using Waterguard.Sigma;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

public sealed class CorrelationEngineTests
{
    public static TheoryData<string, string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string, string>();
            foreach (var (name, correlation, matches, findings) in Read("correlations.txt").Concat(Read("extensions.txt"))) cases.Add(name, correlation, matches, findings);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_correlation_finds_what_the_table_says(string name, string correlation, string matches, string findings)
    {
        Assert.NotEmpty(name);
        var rules = RulesOf(correlation);
        var (engine, list) = (Engine(rules), Matches(rules, matches));

        Assert.Empty(rules.Diagnostics);
        Assert.Equal(findings, Text(engine.Run(list)));
        Assert.Equal(findings, Text(engine.Run(list.Reverse())));
        Assert.Equal(findings, Text(engine.Run(list.Concat(list).Concat(list))));
    }

    [Fact]
    public void A_thousand_events_are_one_finding_with_the_first_three_and_the_last_five()
    {
        var rules = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 1m, condition: {gte: 10}");
        var matches = Enumerable.Range(0, 1000).Select(i => Match(rules, $"r1@{i} h=a", i));

        var finding = Assert.Single(Engine(rules).Run(matches).Findings);

        Assert.Equal((1000, 1000, 61.0), (finding.Count, finding.EventCount, finding.Measured));
        Assert.Equal([0, 1, 2, 995, 996, 997, 998, 999], finding.Evidence.Select(e => e.Line));
        Assert.Equal(["a"], finding.Entities["identity"]);
        Assert.Equal(["000"], finding.Anchor);
    }

    [Fact]
    public void The_alert_keeps_its_identity_when_more_events_come()
    {
        var rules = RulesOf("type: event_count, rules: [r1], timespan: 1m, condition: {gte: 3}");
        string[] few = ["r1@0", "r1@1", "r1@2"];

        var before = Assert.Single(Engine(rules).Run(few.Select((m, i) => Match(rules, m, i))).Findings);
        var after = Assert.Single(Engine(rules).Run(few.Concat(["r1@3", "r1@4"]).Select((m, i) => Match(rules, m, i))).Findings);

        Assert.Equal((before.Key, before.Anchor[0], before.Opened), (after.Key, after.Anchor[0], after.Opened));
    }

    [Fact]
    public void A_correlation_consumes_the_findings_of_another_at_their_end()
    {
        var rules = RulesOf(
            "type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 3}",
            "type: temporal_ordered, rules: [c0, r2], group-by: [h], timespan: 60s");

        var findings = Engine(rules).Run(Matches(rules, "r1@0 h=a; r1@1 h=a; r1@2 h=a; r2@62 h=a; r1@0 h=b; r2@3 h=b")).Findings;

        Assert.Equal(["h=a 0..2 value 3 count 3", "h=a 0..62 value 2 count 2"], findings.Select(Text));
        Assert.Equal([false, true], findings.Select(f => f.Alerts));
        Assert.Equal((4, 4), (findings[1].EventCount, findings[1].Evidence.Length));
    }

    [Fact]
    public void An_inner_correlation_alerts_where_the_outer_one_says_so()
    {
        var rules = RulesOf(
            "type: event_count, rules: [r1], timespan: 10s, condition: {gte: 2}",
            "type: event_count, rules: [c0], timespan: 60s, condition: {gte: 2}, generate: true");

        var findings = Engine(rules).Run(Matches(rules, "r1@0; r1@1; r1@20; r1@21")).Findings;

        Assert.Equal(["0..1 value 2 count 2", "20..21 value 2 count 2", "0..21 value 2 count 2"], findings.Select(Text));
        Assert.All(findings, f => Assert.True(f.Alerts));
    }

    [Fact]
    public void What_has_no_agreed_meaning_is_named_as_not_evaluated_and_so_is_what_consumes_it()
    {
        var rules = RulesOf(
            "type: temporal_ordered, rules: [r1, r3], timespan: 10m, condition: {gte: 2}",
            "type: temporal, rules: [c0, r2], timespan: 60s",
            "type: temporal, rules: [r1, r2], timespan: 60s");

        var engine = Engine(rules);

        Assert.Equal(1, engine.Evaluated);
        Assert.Equal(
            ["it consumes 'c0', which is not evaluated", "temporal_ordered with a condition has no agreed meaning: use temporal, or leave the condition out"],
            engine.NotEvaluated.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_cannot_be_used_is_counted()
    {
        var rules = RulesOf("type: value_sum, rules: [r1], group-by: [h], timespan: 10s, condition: {field: n, gte: 1}");
        var matches = Matches(rules, "r1@0 n=1; r1@1 h=a; r1@2 h=a n=many; r1@3 h=a n=1e30; r1@4 h=a n=0; r1@5 h=a n=0 id=x; r1@5 h=a n=0 id=x");
        var timeless = Match(rules, "r1@6 h=a n=5", 99) with { TimeKnown = false };

        var outcome = Engine(rules).Run([.. matches, timeless]);

        Assert.Empty(outcome.Findings);
        Assert.Equal(
            "duplicates 1, not_numbers 2, without_key 1, without_time 1, without_value 1",
            string.Join(", ", outcome.Counts.All.Where(c => c.Value > 0).Select(c => $"{c.Key} {c.Value}")));
    }

    [Fact]
    public void A_match_with_very_many_values_belongs_to_some_keys_and_the_rest_are_counted()
    {
        var rules = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 10s, condition: {gte: 1}");
        var values = string.Join(',', Enumerable.Range(0, 1000));

        var outcome = Engine(rules).Run(Matches(rules, $"r1@0 h={values}"));

        Assert.Equal((64, 936), (outcome.Findings.Length, outcome.Counts.KeysCapped));
    }

    [Fact]
    public void A_match_with_very_many_values_to_count_counts_some_and_the_rest_are_told()
    {
        var rules = RulesOf("type: value_count, rules: [r1], timespan: 10s, condition: {field: u, gte: 2}");

        var outcome = Engine(rules).Run(Matches(rules, $"r1@0 u={string.Join(',', Enumerable.Range(0, 100))}"));

        Assert.Equal((64.0, 36), (Assert.Single(outcome.Findings).Measured, outcome.Counts.ValuesCapped));
    }

    [Fact]
    public void A_window_holds_so_many_events_and_the_rest_are_counted()
    {
        var rules = RulesOf("type: event_count, rules: [r1], timespan: 1d, condition: {gte: 60000}");
        var one = Match(rules, "r1@0", 0);

        var outcome = Engine(rules).Run(Enumerable.Range(0, 70_000).Select(i => one with { RecordId = $"{i:00000}" }));

        Assert.Equal(70_000 - 65_536, outcome.Counts.WindowsCapped);
        Assert.Equal(65_536, Assert.Single(outcome.Findings).Measured);
    }

    [Fact]
    public void Keys_whose_windows_are_over_are_forgotten_without_losing_their_findings()
    {
        var rules = RulesOf("type: event_count, rules: [r1], group-by: [h], timespan: 1s, condition: {gte: 2}");
        var matches = Enumerable.Range(0, 20_000).SelectMany(i => new[] { Match(rules, $"r1@{i * 5} h=k{i}", 2 * i), Match(rules, $"r1@{i * 5} h=k{i}", (2 * i) + 1) });

        var outcome = Engine(rules).Run(matches);

        Assert.Equal((20_000, 0), (outcome.Findings.Length, outcome.Counts.KeysRefused));
    }

    [Fact]
    public void Times_at_the_ends_of_the_calendar_do_no_harm()
    {
        var rules = RulesOf("type: event_count, rules: [r1], timespan: 10y, condition: {gte: 2}", "type: event_count, rules: [r1], timespan: 10y, condition: {lt: 2}");
        var match = Match(rules, "r1@0", 0);

        var outcome = Engine(rules).Run([match with { RecordId = "a", Time = DateTimeOffset.MinValue }, match with { RecordId = "b", Time = DateTimeOffset.MaxValue }]);

        Assert.Equal(2, outcome.Findings.Length);
    }
}
