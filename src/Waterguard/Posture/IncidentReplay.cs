using System.Collections.Immutable;
using System.Text;
using Waterguard.Alerting;
using Waterguard.Alerting.Suppression;
using Waterguard.Detection.Lists;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Posture;

/// <summary>Puts the events of an incident through the whole pipeline again, with content as it is or as it would be.</summary>
internal static class IncidentReplay
{
    /// <summary>The alerts of these rules that the events give.</summary>
    public static IReadOnlyList<Alert> Run(Generation generation, IReadOnlyList<SeenEvent> events, IReadOnlySet<string> rules, CancellationToken cancel)
    {
        var inputs = events.DistinctBy(e => e.Json.ToJsonString(), StringComparer.Ordinal).GroupBy(e => e.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, Bytes: Encoding.UTF8.GetBytes(string.Concat(g.Select(e => e.Json.ToJsonString() + "\n")))))
            .Select(s => new ScanInput(s.Key.Length > 0 ? s.Key : "incident", s.Bytes.Length, () => new MemoryStream(s.Bytes, writable: false))).ToArray();
        using var spool = new RawSpool();
        // Evidence is read while the spool is there.
        return [.. Scan.Run(generation, inputs, new ScanOptions(null, 1, Level.Informational), spool, Unheard.Progress, cancel).Alerts.Where(a => rules.Contains(a.Rule.Id))];
    }

    /// <summary>The content with further suppressions.</summary>
    public static Generation With(Generation generation, params ReadOnlySpan<KnownBenign> more) => Of(generation, generation.Lists, [.. generation.Suppressions, .. more]);

    /// <summary>The content with another list in the place of the one of its name.</summary>
    public static Generation With(Generation generation, string list, IEnumerable<string> entries) =>
        Of(generation, new ListCatalog(generation.Lists.All.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase).SetItem(list, new ValueList(entries))), generation.Suppressions);

    private static Generation Of(Generation generation, ListCatalog lists, ImmutableArray<KnownBenign> suppressions) =>
        new(generation.Sources, generation.Rules, lists, generation.Strategies, Level.Informational, generation.Diagnostics, generation.Readings) { Suppressions = suppressions };

    private sealed class Unheard : IProgress<long>
    {
        public static Unheard Progress { get; } = new();

        public void Report(long value)
        {
        }
    }
}
