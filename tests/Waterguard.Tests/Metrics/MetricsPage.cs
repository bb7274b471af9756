using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Waterguard.Tests.Metrics;

/// <summary>Reads Prometheus' text form, and refuses what Prometheus' own checker would: names, order, repeated series, counters without their ending, histograms that do not add up.</summary>
internal static partial class MetricsPage
{
    public static IReadOnlyDictionary<string, double> Read(string text)
    {
        var series = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var family = "";
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(line.Length > "# HELP ".Length + family.Length + 1, "no help: " + line);
                Assert.True(types.TryAdd(family, ""), "a family twice: " + line);
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.Equal(family, words[2]);
                Assert.Contains(words[3], (string[])["counter", "gauge", "histogram"]);
                Assert.Equal(words[3] == "counter", family.EndsWith("_total", StringComparison.Ordinal));
                types[family] = words[3];
                continue;
            }

            var match = Sample().Match(line);
            Assert.True(match.Success, "no sample: " + line);
            var name = match.Groups["name"].Value;
            Assert.Contains(name, types[family] == "histogram" ? (string[])[family + "_bucket", family + "_sum", family + "_count"] : [family]);
            var value = match.Groups["value"].Value;
            Assert.True(series.TryAdd(name + match.Groups["labels"].Value, value is "+Inf" or "NaN" ? double.NaN : double.Parse(value, CultureInfo.InvariantCulture)), "a series twice: " + line);
        }

        foreach (var (name, type) in types.Where(t => t.Value == "histogram"))
        {
            foreach (var (key, count) in series.Where(s => s.Key.StartsWith(name + "_count", StringComparison.Ordinal)).ToArray())
            {
                var labels = key[(name + "_count").Length..].Trim('{', '}');
                var buckets = series.Where(s => s.Key.StartsWith($"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=", StringComparison.Ordinal)).ToArray();
                Assert.Equal(count, buckets.Single(b => b.Key.Contains("le=\"+Inf\"", StringComparison.Ordinal)).Value);
                Assert.Equal(buckets.Select(b => b.Value).Order(), buckets.Select(b => b.Value));
            }
        }

        return series;
    }

    [GeneratedRegex("^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\\{[a-zA-Z_][a-zA-Z0-9_]*=\"(\\\\[\\\\\"n]|[^\\\\\"\\n])*\"(,[a-zA-Z_][a-zA-Z0-9_]*=\"(\\\\[\\\\\"n]|[^\\\\\"\\n])*\")*\\})? (?<value>[-+0-9.eE]+|NaN|[+-]Inf)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
