using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Suppression;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Triage;

/// <summary>Marks alerts that a suppression covers. A suppression's condition is judged as a rule's would be, on each event that the alert shows: all of them must be what is known to be benign. Besides
/// the record's own fields it may ask for the alert's entities, as <c>entity.workload</c>. Not thread-safe.</summary>
internal sealed class SuppressionJudge
{
    private readonly Generation _generation;
    private readonly Generation _conditions;
    private readonly MatchedRecords _matched = new();
    private readonly RecordBatch _batch = new();
    private readonly Dictionary<string, ScanWorker> _workers = new(StringComparer.Ordinal);

    public SuppressionJudge(Generation generation)
    {
        _generation = generation;
        var rules = generation.Suppressions.Where(s => s.When is not null).Select(AsRule);
        _conditions = new Generation(generation.Sources, new RuleCollection([.. rules], [], 0, 0, []), generation.Lists, ImmutableDictionary<string, string>.Empty, Level.Informational, []);
    }

    /// <summary>How many alerts each suppression has covered.</summary>
    public SortedDictionary<string, long> Receipts { get; } = new(StringComparer.Ordinal);

    /// <summary>The alert, marked where a suppression covers it: the first by id, where several do. One that is taken back is no receipt: it was counted when it came.</summary>
    public Alert Judge(Alert alert)
    {
        foreach (var suppression in _generation.Suppressions)
        {
            if (!suppression.IsFor(alert.Rule.Id, alert.Rule.Name, alert.Time)) continue;
            if (suppression.When is not null && !(alert.Events.Length > 0 && alert.Events.All(e => Covers(suppression, alert, e)))) continue;
            if (!alert.IsRetracted) Receipts[suppression.Id] = Receipts.GetValueOrDefault(suppression.Id) + 1;
            return alert with { SuppressedBy = suppression.Id };
        }

        return alert;
    }

    // An event that cannot be looked at any more is not known to be benign.
    private bool Covers(KnownBenign suppression, Alert alert, Evidence evidence)
    {
        if (evidence.Raw?.Read() is not { Length: > 0 } raw || WorkerFor(evidence.Source) is not { } worker) return false;
        using var reader = new RecordReader(new MemoryStream(WithEntities(raw.Span, alert)), evidence.File);
        var found = false;
        while (reader.Read(_batch))
        {
            worker.Process(_batch);
            foreach (var record in _matched.Records)
            {
                foreach (var number in _matched.RulesOf(record)) found |= record.Plan.Rules.Rules[number].Header.Id == suppression.Id;
            }

            _matched.Clear();
        }

        return found;
    }

    private ScanWorker? WorkerFor(string source)
    {
        if (_workers.TryGetValue(source, out var known)) return known;
        if (_generation.Sources.Find(source) is not { } definition) return null;
        return _workers[source] = new ScanWorker(_conditions, [.. definition.Forms], new ScanTally(), _matched, notesTimes: false);
    }

    private static byte[] WithEntities(ReadOnlySpan<byte> raw, Alert alert)
    {
        var end = raw.LastIndexOf((byte)'}');
        if (end <= 0) return raw.ToArray();
        using var stream = new MemoryStream();
        stream.Write(raw[..end]);
        stream.Write(raw[..end].TrimEnd(" \t\r\n"u8).EndsWith("{"u8) ? "\"entity\":"u8 : ",\"entity\":"u8);
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(alert.Entities.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal)));
        stream.Write("}"u8);
        return stream.ToArray();
    }

    private static SigmaRule AsRule(KnownBenign suppression) => new(
        new RuleHeader(suppression.Id, null, suppression.Reason, "stable", Level.Informational, "", [], [], [], [], null, CustomAttributes.None, suppression.Id, suppression.Location),
        new LogSource(null, null, null), suppression.When!, [], []);
}
