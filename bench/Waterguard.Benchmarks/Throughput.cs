using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text.Json;
using Waterguard.Pipeline;

namespace Waterguard.Benchmarks;

/// <summary>What to measure.</summary>
internal sealed record ThroughputOptions(bool Json, string? PublicRules, int Megabytes, int Rounds, string? File, string? Source, string? Only);

/// <summary>Bytes a second through the hot path, beside a bare reader over the same bytes in the same minute: the ratio is what counts.</summary>
internal static class Throughput
{
    public static int Run(ThroughputOptions options)
    {
        Pin();
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        var work = new Workload(options);
        Measure(options, work, "scan", [], null);
        if (options.PublicRules is { } rules)
        {
            Measure(options, work, "scan+public", [rules], null);
            Measure(options, work, "scan+public-unrouted", [rules], "json");
        }

        return 0;
    }

    // One core, so that neither the other nor a move between them blurs the figures.
    internal static void Pin()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) Process.GetCurrentProcess().ProcessorAffinity = 1;
    }

    private static void Measure(ThroughputOptions options, Workload work, string name, ImmutableArray<string> rules, string? source)
    {
        if (options.Only is { } only && only != name) return;
        var generation = GenerationLoader.Load(ContentOptions.Default with { Rules = rules, Lowest = Sigma.Level.Low });
        var scan = work.Scanner(generation, source);
        WarmUp(() => scan());
        WarmUp(() => work.Bare());
        var matches = scan();
        var allocated = work.Allocated;
        var ratios = new List<double>();
        var speeds = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            var (bare, ours) = round % 2 == 0 ? (Time(() => work.Bare()), Time(() => scan())) : Swapped(work, scan);
            ratios.Add(bare / ours);
            speeds.Add(work.Length / ours / 1e6);
        }

        Report(options, work, name, ratios, speeds, allocated, matches);
    }

    // At least one unmeasured pass, and further ones until the runtime has put its last versions of the code in place.
    private static void WarmUp(Action pass)
    {
        var best = Time(pass);
        for (int passes = 1, settled = 0; passes < 15 && settled < 3; passes++)
        {
            var time = Time(pass);
            settled = time > best * 0.97 ? settled + 1 : 0;
            best = Math.Min(best, time);
        }
    }

    private static (double Bare, double Ours) Swapped(Workload work, Func<long> scan)
    {
        var ours = Time(() => scan());
        return (Time(() => work.Bare()), ours);
    }

    private static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Report(ThroughputOptions options, Workload work, string name, List<double> ratios, List<double> speeds, long allocated, long matches)
    {
        ratios.Sort();
        speeds.Sort();
        var ratio = Quantile(ratios, 0.5);
        var speed = Quantile(speeds, 0.5);
        var perSecond = work.Records / (work.Length / 1e6) * speed;
        if (options.Json)
        {
            using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteNumber("mb_per_s", Math.Round(speed, 1));
            writer.WriteNumber("ratio_to_reader", Math.Round(ratio, 3));
            writer.WriteNumber("ratio_lower_quartile", Math.Round(Quantile(ratios, 0.25), 3));
            writer.WriteNumber("ratio_upper_quartile", Math.Round(Quantile(ratios, 0.75), 3));
            writer.WriteNumber("events_per_s", Math.Round(perSecond));
            writer.WriteNumber("allocated_bytes_per_event", Math.Round((double)allocated / work.Records, 3));
            writer.WriteNumber("events", work.Records);
            writer.WriteNumber("matches", matches);
            writer.WriteEndObject();
            writer.Flush();
            Console.WriteLine();
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-22} {speed,8:F0} MB/s  ratio {ratio:F2} ({Quantile(ratios, 0.25):F2} to {Quantile(ratios, 0.75):F2})  {perSecond,10:F0} events/s  {(double)allocated / work.Records:F2} B/event  {matches} matches"));
    }

    private static double Quantile(List<double> sorted, double share) => sorted[(int)Math.Round(share * (sorted.Count - 1))];
}
