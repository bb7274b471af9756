using System.Collections.Immutable;
using Waterguard.Sources;
using Waterguard.Storage.Archives;

namespace Waterguard.Investigation;

/// <summary>A record of the archive that names somebody whom the investigation is about.</summary>
/// <param name="Time">Null: the record says none; it came in the hour <see cref="ArchiveHit.Hour"/>.</param>
internal sealed record FoundRecord(ArchiveHit Hit, DateTimeOffset? Time, ImmutableArray<SubjectName> Names);

/// <summary>Looks through the archive for what an investigation asks. For one look; one thread.</summary>
/// <param name="data">The data folder.</param>
/// <param name="arrivedUntil">Records that came later are not looked at.</param>
/// <param name="maxBytes">As many bytes are looked through.</param>
internal sealed class ArchiveLook(string data, SourceCatalog sources, Subject subject, DateTimeOffset arrivedUntil, long maxBytes)
{
    private const int ExpectedBack = 24;
    private readonly RecordTimes _times = new(sources);

    /// <summary>Records that name somebody, but are of another time.</summary>
    public long OfOtherTimes { get; private set; }

    /// <summary>Records that name somebody beyond as many as were wanted.</summary>
    public long More { get; private set; }

    /// <summary>What was looked through; null: nothing yet.</summary>
    public ArchiveSearch? Search { get; private set; }

    /// <summary>Finds records, the oldest arrival first.</summary>
    /// <param name="names">Which of the names; a record has one of them.</param>
    /// <param name="source">Null: every one.</param>
    /// <exception cref="FormatException">The place to go on from is none.</exception>
    public IReadOnlyList<FoundRecord> Find(IReadOnlyList<SubjectName> names, string? source, ArchivePlace? behind, int most, CancellationToken cancel)
    {
        DateTimeOffset? time = null;
        var query = new ArchiveQuery(subject.From, arrivedUntil, [])
        {
            Sources = source is null ? [] : [source], Most = most, MaxBytes = maxBytes, NewestFirst = false, Behind = behind,
            Fits = (of, line) => names.Any(n => n.IsIn(line.Span)) && IsOfTheTime(time = _times.Of(of, line, inner => names.Any(n => n.IsIn(inner.Span)))),
        };
        Search = new ArchiveSearch(data, query);
        return [.. Search.Run(cancel).Select(h => new FoundRecord(h, _times.Of(h.Source, h.Json, inner => names.Any(n => n.IsIn(inner.Span))), [.. names.Where(n => n.IsIn(h.Json))]))];
    }

    /// <summary>Reads through everything, for when each source told of something; and, on the way, finds records.</summary>
    /// <param name="most">Records that are given; the others are counted. 0: none is looked for.</param>
    public (Deliveries Deliveries, IReadOnlyList<FoundRecord> Found) Survey(int most, CancellationToken cancel)
    {
        var deliveries = new Deliveries(subject.From, subject.To);
        foreach (var file in ArchiveFile.All(Archive.FolderIn(data)).Where(f => f.Hour.AddHours(ExpectedBack) > subject.From && f.Hour < arrivedUntil)) deliveries.Expect(file.Source);
        var found = 0L;
        var query = new ArchiveQuery(subject.From, arrivedUntil, [])
        {
            Most = int.MaxValue, MaxBytes = maxBytes, NewestFirst = false,
            Fits = (of, line) =>
            {
                if (_times.Of(of, line) is { } time) deliveries.Add(of, time);
                if (most == 0 || !subject.Names.Any(n => n.IsIn(line.Span)) || !IsOfTheTime(_times.Of(of, line, Names))) return false;
                if (found++ < most) return true;
                More++;
                return false;
            },
        };
        Search = new ArchiveSearch(data, query);
        var records = Search.Run(cancel).Select(h => new FoundRecord(h, _times.Of(h.Source, h.Json, Names), [.. subject.Names.Where(n => n.IsIn(h.Json))])).ToArray();
        return (deliveries, [.. records.OrderBy(r => r.Time ?? r.Hit.Hour).ThenBy(r => r.Hit.File, StringComparer.Ordinal).ThenBy(r => r.Hit.Line)]);
    }

    private bool Names(ReadOnlyMemory<byte> record) => subject.Names.Any(n => n.IsIn(record.Span));

    private bool IsOfTheTime(DateTimeOffset? time)
    {
        if (time is not { } at || (at >= subject.From && at <= subject.To)) return true;
        OfOtherTimes++;
        return false;
    }
}
