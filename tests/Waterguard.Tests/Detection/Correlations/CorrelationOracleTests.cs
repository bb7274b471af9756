using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Waterguard.Detection.Matching;
using Xunit;
using static Waterguard.Tests.Detection.Correlations.CorrelationCases;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>The windows against their definition, computed the slow way: at each time, from all events.</summary>
public sealed class CorrelationOracleTests
{
    private const int Span = 10;

    public static TheoryData<string, string> Sliding => new()
    {
        { "event_count, condition: {gte: 3}", "count" },
        { "value_count, condition: {field: n, gt: 2}", "distinct" },
        { "value_sum, condition: {field: n, gte: 9}", "sum" },
        { "value_avg, condition: {field: n, gt: 3}", "mean" },
        { "value_percentile, condition: {field: n, percentile: 75, gte: 5}", "rank" },
    };

    [Theory]
    [MemberData(nameof(Sliding))]
    public void A_sliding_window_finds_what_its_definition_says(string correlation, string measure)
    {
        var rules = RulesOf($"type: {correlation}, rules: [r1], timespan: {Span}s");
        var engine = Engine(rules);
        Func<int[], bool> holds = measure switch
        {
            "count" => n => n.Length >= 3,
            "distinct" => n => n.Distinct().Count() > 2,
            "sum" => n => n.Sum() >= 9,
            "mean" => n => n.Average() > 3,
            _ => n => n.Order().First(x => n.Count(y => y <= x) >= 0.75 * n.Length) >= 5,
        };

        Prop.ForAll(Events().ToArbitrary(), events =>
        {
            var matches = events.Select((e, i) => Match(rules, $"r1@{e.Second} n={e.Number}", i)).ToArray();
            return Excursions(events, holds) == string.Join('\n', engine.Run(matches).Findings.Select(f => Text(f).Split(" value")[0] + $" count {f.Count}"));
        }).Check(Fixed.Seed(11));
    }

    [Fact]
    public void A_sequence_is_found_when_and_only_when_there_is_one()
    {
        var rules = RulesOf($"type: temporal_ordered, rules: [r1, r2, r3], timespan: {Span}s");
        var engine = Engine(rules);

        Prop.ForAll(Events().ToArbitrary(), events =>
        {
            var matches = events.Select((e, i) => Match(rules, $"r{Math.Abs(e.Number) % 3 + 1}@{e.Second}", i)).ToArray();
            return Completions(matches) == string.Join(' ', engine.Run(matches).Findings.Select(f => f.End.ToUnixTimeSeconds()));
        }).Check(Fixed.Seed(11));
    }

    private static Gen<(int Second, int Number)[]> Events() =>
        from events in (from second in Gen.Choose(0, 90) from number in Gen.Choose(-2, 8) select (Second: second, Number: number)).ListOf()
        select events.ToArray();

    private static string Excursions((int Second, int Number)[] events, Func<int[], bool> holds)
    {
        var found = new List<string>();
        (int Start, int End)? open = null;
        foreach (var now in events.Select(e => e.Second).Distinct().Order())
        {
            var window = events.Where(e => e.Second >= now - Span && e.Second <= now).ToArray();
            if (window.All(e => e.Second == now)) Close();
            if (!holds([.. window.Select(e => e.Number)])) Close();
            else open = (open?.Start ?? window.Min(e => e.Second), now);
        }

        Close();
        return string.Join('\n', found);

        void Close()
        {
            if (open is var (start, end)) found.Add(string.Create(CultureInfo.InvariantCulture, $"{start}..{end} count {events.Count(e => e.Second >= start && e.Second <= end)}"));
            open = null;
        }
    }

    // The first time at which some sequence within the span is complete, of events behind the last such time.
    private static string Completions(Match[] matches)
    {
        var found = new List<long>();
        var used = long.MinValue;
        long[] Times(string rule) => [.. matches.Where(m => m.Rule.Header.Name == rule && m.Time.ToUnixTimeSeconds() > used).Select(m => m.Time.ToUnixTimeSeconds())];
        while (true)
        {
            var ends = from a in Times("r1") from b in Times("r2") where b >= a from c in Times("r3") where c >= b && c - a <= Span select c;
            if (ends.Order().Cast<long?>().FirstOrDefault() is not { } end) return string.Join(' ', found);
            found.Add(end);
            used = end;
        }
    }
}
