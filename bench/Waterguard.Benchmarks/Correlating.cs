using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Benchmarks;

/// <summary>What correlations cost: matches a second on one core, bytes a live key by type, and how long a barrier stops a shard.</summary>
internal static class Correlating
{
    private const int MatchesAStep = 50_000;
    private static readonly DateTimeOffset s_start = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Name, string Text)[] s_types =
    [
        ("event_count", "type: event_count, rules: [r], group-by: [source.ip], timespan: 5m, condition: {gte: 100}"),
        ("value_count", "type: value_count, rules: [r], group-by: [source.ip], timespan: 5m, condition: {field: destination.ip, gte: 100}"),
        ("temporal", "type: temporal_ordered, rules: [r, other], group-by: [source.ip], timespan: 5m"),
        ("silence", "type: silence, rules: [r], group-by: [source.ip], timespan: 20m"),
        ("first_seen", "type: first_seen, rules: [r], field: destination.ip, group-by: [source.ip], learn: 1d, forget: 60d"),
        ("beacon", "type: beacon, rules: [r], group-by: [source.ip, destination.ip], timespan: 1h, condition: {gte: 0.95}"),
        ("baseline", "type: baseline, rules: [r], group-by: [source.ip], measure: {count: true}, bucket: 5m, season: 1w, learn: 1d, condition: {gte: 30}"),
    ];

    public static int Run(int keys, int seconds, string? only, int windowFactor)
    {
        foreach (var (name, text) in s_types)
        {
            if (only is null || only == name) One(name, Longer(text, windowFactor), keys, seconds);
        }

        if (only is null or "mixed") One("mixed", null, keys, seconds, windowFactor);
        return 0;
    }

    private static string Longer(string text, int factor) => factor == 1 ? text : text.Replace("timespan: 5m", $"timespan: {5 * factor}m", StringComparison.Ordinal).Replace("timespan: 1h", $"timespan: {factor}h", StringComparison.Ordinal);

    private static void One(string name, string? text, int keys, int seconds, int windowFactor = 1)
    {
        var rules = text is not null ? Rules([("r", [text])]) : Rules([.. s_types.Select(t => (t.Name, (string[])[Longer(t.Text, windowFactor).Replace("[r,", $"[{t.Name},", StringComparison.Ordinal).Replace("[r]", $"[{t.Name}]", StringComparison.Ordinal)]))]);
        var sources = rules.Rules.Where(r => r.Header.Name != "other").ToArray();
        var engine = new CorrelationEngine(rules, _ => []);
        var findings = 0L;
        var before = GC.GetTotalMemory(true);
        var session = engine.Open(_ => findings++, new SessionOptions(1, null, NotesChanges: true));
        var (matches, now) = (0L, s_start);
        var (spent, barrier, longest) = (new Stopwatch(), new Stopwatch(), TimeSpan.Zero);
        var delivery = Delivery.Of([], (_, _) => true);
        var until = TimeSpan.FromSeconds(seconds);
        var bytesAt = new List<(double Million, long Bytes)>();
        while (spent.Elapsed < until || matches < keys * 3L)
        {
            var batch = Batch(sources, keys, matches, ref now);
            spent.Start();
            foreach (var match in batch) session.Offer(match);
            session.AdvanceTo(now, delivery);
            spent.Stop();
            matches += batch.Length;
            if (matches % (MatchesAStep * 20) != 0) continue;
            batch = [];
            barrier.Restart();
            var (count, size) = (0L, 0L);
            foreach (var one in session.TakeChanges().Keys) (count, size) = (count + 1, size + (one.State?.Length ?? 0));
            longest = barrier.Elapsed > longest ? barrier.Elapsed : longest;
            if (bytesAt.Count < 64) bytesAt.Add((matches / 1e6, GC.GetTotalMemory(true) - before));
        }

        for (var i = 0; i < 4; i++) session.AdvanceTo(now = now.AddTicks(1), delivery); // what rests, rests
        foreach (var one in session.TakeChanges().Keys) matches += 0 * (one.State?.Length ?? 0);
        var live = GC.GetTotalMemory(true) - before;
        var states = session.State().Keys.Select(k => k.State?.Length ?? 0).DefaultIfEmpty().Average();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-12} {matches / spent.Elapsed.TotalSeconds,10:0} matches/s  {session.Keys,9} keys  {live / Math.Max(1.0, session.Keys),7:0} B/key ({states:0} stored)  {live / 1048576.0,7:0} MB  barrier {longest.TotalMilliseconds,6:0.0} ms ({longest.TotalMilliseconds / 64,5:0.00} a shard)  {findings} findings  {string.Join(' ', bytesAt.TakeLast(5).Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Million:0}M:{b.Bytes / 1048576}MB")))}"));
        GC.KeepAlive(session);
    }

    // Keys take turns; an hour of event time for three turns.
    private static Match[] Batch(SigmaRule[] rules, int keys, long from, ref DateTimeOffset now)
    {
        var batch = new Match[MatchesAStep];
        var turn = TimeSpan.FromMinutes(20);
        for (var i = 0; i < batch.Length; i++)
        {
            var number = from + i;
            var key = number % keys;
            var rule = rules[key % rules.Length];
            now = s_start.AddMilliseconds(Math.Floor(number * turn.TotalMilliseconds / keys));
            var source = string.Create(CultureInfo.InvariantCulture, $"10.{(key >> 16) & 255}.{(key >> 8) & 255}.{key & 255}");
            var destination = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{key % 100}");
            var values = ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal).Add("source.ip", [source]).Add("destination.ip", [destination]);
            var entities = ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal).Add("address", [source, destination]);
            batch[i] = new Match(rule, string.Create(CultureInfo.InvariantCulture, $"{number:x32}"), now, true, values, entities, new Evidence("zeek.conn", "conn.log", number, number * 300, now, null));
        }

        return batch;
    }

    private static RuleCollection Rules((string Rule, string[] Correlations)[] parts)
    {
        static string Rule(string name) => $"title: {name}\nname: {name}\nlogsource: {{product: zeek, service: conn}}\ndetection:\n  s: {{f: v}}\n  condition: s\n";
        var text = string.Join("---\n", [Rule("other"), .. parts.Select(p => Rule(p.Rule)), .. parts.SelectMany(p => p.Correlations).Select((c, i) => $"title: c{i}\nname: c{i}\ncorrelation: {{{c}}}\n")]);
        var rules = RuleLoader.Load([new RuleFile("bench.yml", text)]);
        if (rules.Diagnostics.Any(d => d.Severity == Content.Severity.Error)) throw new InvalidOperationException(string.Join('\n', rules.Diagnostics.Select(d => d.Message)));
        return rules;
    }
}
