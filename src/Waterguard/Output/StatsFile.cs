using System.Diagnostics;
using System.Text.Json;
using Waterguard.Commands;
using Waterguard.Pipeline;

namespace Waterguard.Output;

/// <summary>What <c>--stats</c> writes.</summary>
internal static class StatsFile
{
    public static void Write(string path, Generation generation, ScanResult result, int alerts, RunWatch watch)
    {
        using var process = Process.GetCurrentProcess();
        using var stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        var tally = result.Tally;
        writer.WriteStartObject();
        writer.WriteNumber("events", tally.Events);
        writer.WriteNumber("bytes", tally.Bytes);
        writer.WriteNumber("malformed", tally.MalformedRecords);
        writer.WriteNumber("unrecognised", tally.UnrecognisedRecords);
        writer.WriteNumber("envelopes", tally.Envelopes);
        writer.WriteNumber("load_seconds", Math.Round(watch.LoadSeconds, 6));
        writer.WriteNumber("run_seconds", Math.Round(watch.RunSeconds, 6));
        writer.WriteNumber("alerts", alerts);
        writer.WriteNumber("peak_rss_bytes", process.PeakWorkingSet64);
        writer.WriteNumber("depth_capped", tally.DepthCapped);
        writer.WriteNumber("regex_inputs_capped", generation.Counters.RegexInputsCapped);
        writer.WriteNumber("rules", generation.Rules.Rules.Length);
        writer.WriteNumber("correlations", generation.Rules.Correlations.Length);
        writer.WriteStartObject("sources");
        foreach (var (source, count) in tally.BySource) writer.WriteNumber(source, count);
        writer.WriteEndObject();
        writer.WriteNumber("correlation_findings", result.Correlations.Findings);
        writer.WriteStartObject("correlations_could_not_use");
        foreach (var (name, count) in result.Correlations.Counts) writer.WriteNumber(name, count);
        writer.WriteEndObject();
        writer.WriteStartObject("suppressed");
        foreach (var (id, count) in result.Receipts) writer.WriteNumber(id, count);
        writer.WriteEndObject();
        writer.WriteStartObject("correlations_not_evaluated");
        foreach (var (id, why) in result.Correlations.NotEvaluated) writer.WriteString(id, why);
        writer.WriteEndObject();
        writer.WriteStartObject("census");
        foreach (var (name, count) in result.Census.Census.Counts.All) writer.WriteNumber(name, count);
        writer.WriteNumber("containers", result.Census.Census.Containers);
        writer.WriteNumber("pods", result.Census.Census.Pods);
        writer.WriteEndObject();
        writer.WriteStartArray("problems");
        foreach (var problem in tally.Problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Offset))
        {
            writer.WriteStartObject();
            writer.WriteString("file", problem.File);
            writer.WriteNumber("line", problem.Line);
            writer.WriteNumber("byte", problem.Offset);
            writer.WriteString("reason", problem.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
