using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sources;

namespace Waterguard.Service;

/// <summary>The workers of one input: its labels are part of what they read, and each source that a batch may be told to be has its own.</summary>
internal sealed class LiveInput(Generation initial, SourceCatalog initialSources, MatchedRecords matched)
{
    private readonly Dictionary<string, ScanWorker> _workers = new(StringComparer.Ordinal);
    private Generation _generation = initial;
    private SourceCatalog _sources = initialSources;

    public ScanTally Tally { get; } = new();

    public void Become(Generation next, SourceCatalog its)
    {
        (_generation, _sources) = (next, its);
        _workers.Clear();
    }

    public ScanWorker WorkerFor(string? source)
    {
        if (_workers.TryGetValue(source ?? "", out var known)) return known;
        EventShape[] forms = source is not null && _sources.Find(source) is { } told ? [.. told.Forms] : [.. _sources.Forms];
        return _workers[source ?? ""] = new ScanWorker(_generation, forms, Tally, matched, notesTimes: _generation.Correlations.Evaluated > 0 || !_generation.Readings.Readings.IsEmpty);
    }
}
