using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Waterguard.Alerting.Output;
using Waterguard.Emulation;
using Waterguard.Emulation.Recording;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Validation;

/// <summary>Plays telemetry to a scan, the same that reads files: nothing is told about the records but what they are. Thread-safe.</summary>
internal sealed class ScanStage(Generation generation)
{
    private readonly Dictionary<string, string> _names = generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header))
        .Where(h => h.Name is not null).ToDictionary(h => h.Id, h => h.Name!, StringComparer.Ordinal);

    public Observed Play(PlayedTelemetry telemetry)
    {
        var inputs = telemetry.Sources.Select(s => new ScanInput(s.Source, s.Bytes.Length, () => new MemoryStream(ImmutableCollectionsMarshal.AsArray(s.Bytes)!, writable: false))).ToArray();
        using var spool = new RawSpool();
        var result = Scan.Run(generation, inputs, new ScanOptions(null, 1, Level.Informational), spool, Silent.Progress, CancellationToken.None);
        return new Observed(
            [.. result.Alerts.Select(a => new SeenAlert(a.Id, a.Rule.Id, _names.GetValueOrDefault(a.Rule.Id), a.Rule.Title, AlertJson.Name(a.Rule.Level), a.Time, a.SuppressedBy))],
            [.. Problems(telemetry, result.Tally)]);
    }

    private static IEnumerable<string> Problems(PlayedTelemetry telemetry, ScanTally tally)
    {
        foreach (var problem in tally.Problems.Take(3)) yield return $"{problem.File}, record {problem.Line}: {problem.Reason}";
        var told = telemetry.Sources.Select(s => s.Source).ToHashSet(StringComparer.Ordinal);
        foreach (var (source, count) in tally.BySource.Where(s => !told.Contains(s.Key))) yield return $"{count} records were recognised as {source}, which the scenario does not name";
        foreach (var source in told.Where(s => !tally.BySource.ContainsKey(s)).Order(StringComparer.Ordinal)) yield return $"no record was recognised as {source}";
    }

    private sealed class Silent : IProgress<long>
    {
        public static Silent Progress { get; } = new();

        public void Report(long value)
        {
        }
    }
}
