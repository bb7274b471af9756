using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Waterguard.Tests.Detection.Correlations;
using Xunit;

namespace Waterguard.Tests.Detection.Beacons;

/// <summary>Beacons are planted, one at a time, into a real capture of 803 pairs: they must come out on top of everything that is regular there anyway.</summary>
public sealed class PlantedBeaconTests
{
    private const int Plants = 60;

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Nine_of_ten_planted_beacons_rank_among_the_first_five(int seed)
    {
        var rules = CorrelationCases.RulesOf("type: beacon, rules: [r1], group-by: [source.ip, destination.ip], timespan: 24h, condition: {gte: 0.001}");
        var engine = CorrelationCases.Engine(rules);
        var capture = Capture(rules);
        var (from, to) = (capture.Min(m => m.Time), capture.Max(m => m.Time));
        var delivery = Delivery.Of([KeyValuePair.Create("zeek.conn", (from, to))], (_, _) => true);
        var found = engine.Run(capture, delivery).Findings;
        double[] others = [.. found.Select(f => f.Score!.Value)];
        var random = new Random(seed);
        var first = 0;
        var missed = new List<string>();
        for (var plant = 0; plant < Plants; plant++)
        {
            var (period, jitter, lost) = (Math.Exp(Math.Log(30) + (random.NextDouble() * Math.Log(120))), random.NextDouble() * 0.5, random.NextDouble() * 0.3);
            var calls = BeaconStateTests.Calls(period, jitter, lost, (to - from).TotalSeconds, random.Next(2) == 0, random)
                .Select((c, i) => Call(rules, from.AddTicks(c.Ticks), "10.0.0.99", "203.0.113.66", "443", "ssl", c.Size.ToString(CultureInfo.InvariantCulture), $"plant-{i}"));
            var strength = engine.Run([.. calls], delivery).Findings.Select(f => f.Score!.Value).DefaultIfEmpty(0).Max();
            var rank = 1 + others.Count(o => o >= strength);
            if (rank <= 5) first++;
            else missed.Add(string.Create(CultureInfo.InvariantCulture, $"every {period:0} s, jitter {jitter:0.00}, missed {lost:0.00}: strength {strength}, rank {rank}"));
        }

        TestContext.Current.SendDiagnosticMessage($"{first} of {Plants} among the first five of {others.Length} that were scored; the others: {string.Join("; ", missed)}");
        Assert.True(first >= Plants * 0.9, string.Join('\n', missed));
        var resolver = found.Single(f => f.Group["destination.ip"] == "75.75.75.75" && f.Group["source.ip"] == "10.0.0.238");
        Assert.Contains("name resolution", resolver.Explanation, StringComparison.Ordinal);
    }

    private static List<Match> Capture(RuleCollection rules)
    {
        var matches = new List<Match>();
        foreach (var file in Directory.GetFiles(Repository.Corpus("rita-zeek", "proxy_rolling"), "conn*.log*").Where(f => !f.Contains("summary", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var bytes = File.OpenRead(file);
            using var text = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(bytes, CompressionMode.Decompress) : bytes);
            var fields = Array.Empty<string>();
            while (text.ReadLine() is { } line)
            {
                var cells = line.Split('\t');
                if (cells[0] == "#fields") fields = cells[1..];
                if (line.StartsWith('#') || cells.Length != fields.Length) continue;
                string Cell(string name) => cells[Array.IndexOf(fields, name)] is var cell && cell == "-" ? "" : cell;
                var time = DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(Cell("ts"), CultureInfo.InvariantCulture));
                matches.Add(Call(rules, time, Cell("id.orig_h"), Cell("id.resp_h"), Cell("id.resp_p"), Cell("service"), Cell("orig_bytes"), $"{Path.GetFileName(file)}-{matches.Count}"));
            }
        }

        return matches;
    }

    private static Match Call(RuleCollection rules, DateTimeOffset time, string source, string destination, string port, string service, string bytes, string id)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["source.ip"] = source, ["destination.ip"] = destination, ["destination.port"] = port, ["network.protocol"] = service, ["source.bytes"] = bytes,
        };
        return new Match(
            rules.Rules.Single(r => r.Header.Name == "r1"), id, time, TimeKnown: true,
            values.Where(v => v.Value.Length > 0).ToImmutableDictionary(v => v.Key, v => ImmutableArray.Create(v.Value), StringComparer.Ordinal),
            ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, new Evidence("zeek.conn", "conn.log", 1, 0, time, null));
    }
}
