using System.Collections.Immutable;
using Waterguard.Configuration;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sources;
using Waterguard.Sources.Recognition;
using Waterguard.Storage.Journals;

namespace Waterguard.Coverage;

/// <summary>Counts what a service has received, from its journal, whether it runs or not: each input with its own labels and source, as the service judges it.</summary>
internal sealed class LiveCoverage(Generation generation, Telemetry telemetry, ServiceConfiguration configuration, ILookup<string, string>? also = null)
{
    private const int MostRows = 64;
    private readonly Dictionary<(string Input, string? Source), CoverageReader> _readers = [];
    private readonly SortedDictionary<string, (long Records, DateTimeOffset? Last)> _inputs = new(StringComparer.Ordinal);
    private readonly RecordBatch _batch = new();
    private long _damaged;

    /// <exception cref="Waterguard.Storage.StorageUnavailableException">There is no journal, or it cannot be read.</exception>
    public CoverageReport Make(DateTimeOffset since, DateTimeOffset until, CancellationToken cancel)
    {
        using var journal = JournalReader.Open(configuration.Data);
        var oldest = journal.Oldest();
        foreach (var input in configuration.Inputs) _inputs[input.Name] = (0, null);
        for (var behind = journal.BehindOf(since); ;)
        {
            cancel.ThrowIfCancellationRequested();
            var rows = journal.Next(behind, MostRows);
            if (rows.Count == 0) break;
            behind = rows[^1].Sequence;
            // Clocks are set back now and then: sequence alone does not tell.
            foreach (var row in rows.Where(r => r.Ingested >= since)) Read(row);
        }

        var last = _readers.Values.SelectMany(r => r.LastDelivered).GroupBy(l => l.Key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Max(l => l.Value)));
        return CoverageReport.Of(generation, telemetry, _readers.Values) with
        {
            Live = new LiveDeliveries(since, until, oldest, _damaged, [.. _inputs.Select(i => Delivery(i.Key, i.Value.Records, i.Value.Last))], [.. last]),
        };
    }

    private void Read(JournalRow row)
    {
        var (records, _) = _inputs.GetValueOrDefault(row.Input);
        _inputs[row.Input] = (records + row.Records, row.Ingested);
        if (!row.TryRead(_batch))
        {
            _damaged++;
            return;
        }

        ReaderOf(row).Read(_batch, row.Ingested);
    }

    private CoverageReader ReaderOf(JournalRow row)
    {
        if (_readers.TryGetValue((row.Input, row.Source), out var known)) return known;
        var labels = configuration.Inputs.FirstOrDefault(i => i.Name == row.Input)?.Labels;
        var sources = labels is null ? generation.Sources : generation.Sources.With(labels);
        var told = row.Source is { } name ? sources.Find(name) : null;
        var recogniser = told is null ? sources.Recogniser : new FormRecogniser(told.Forms);
        return _readers[(row.Input, row.Source)] = CoverageReport.ReaderOf(generation, telemetry, recogniser, told?.Forms is [{ Recognise.IsEmpty: true } only] ? only : null, also);
    }

    private InputDelivery Delivery(string name, long records, DateTimeOffset? last)
    {
        var input = configuration.Inputs.FirstOrDefault(i => i.Name == name);
        return new InputDelivery(name, input?.Kind.Name, input?.Source, records, last);
    }
}
