using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sources.Recognition;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Journals;

namespace Waterguard.Service;

/// <summary>Follows the journal beside the judgement, and puts what it holds into the archive. While the disk cannot be written it waits, and the journal keeps what is not archived.</summary>
internal sealed class Archiving(Journal journal, Archive archive, Func<Generation> generation, TimeProvider time, ServiceLog log)
{
    private const int MostRows = 64;
    private const int MostBytes = 16 * 1024 * 1024;

    // Files that are small are many.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly RecordBatch _batch = new();
    private readonly Dictionary<string, (FormRecogniser Recogniser, EventShape? Only)> _told = new(StringComparer.Ordinal);
    private Generation? _of;
    private long _position = archive.Position;

    /// <summary>Up to which batch everything is archived.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>Records that were archived since the start.</summary>
    public long Records { get; private set; }

    /// <summary>Batches that could not be read back, and so are in no archive.</summary>
    public long DamagedBatches { get; private set; }

    /// <summary>Why it waits; null: it does not.</summary>
    public string? Trouble { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using var reader = journal.Read();
        try
        {
            while (true)
            {
                await journal.WaitBeyondAsync(Position, stop);
                await Task.Delay(s_every, time, stop);
                Follow(reader, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The rest is archived after the next start.
        }
    }

    /// <summary>Archives all that is there.</summary>
    public void Follow(JournalReader reader, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && Slice(reader) is { Count: > 0 } rows)
        {
            try
            {
                if (!ReferenceEquals(_of, generation()))
                {
                    _of = generation();
                    _told.Clear();
                }

                var (records, damaged) = (0L, 0L);
                archive.Write(RecordsOf(rows, () => records++, () => damaged++), rows[^1].Sequence);
                Interlocked.Exchange(ref _position, archive.Position);
                (Records, DamagedBatches, Trouble) = (Records + records, DamagedBatches + damaged, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                var trouble = $"the archive cannot be written: {e.Message}";
                if (trouble != Trouble) log.Warn(trouble + "; trying again");
                Trouble = trouble;
                return;
            }
        }
    }

    private List<JournalRow> Slice(JournalReader reader)
    {
        var rows = new List<JournalRow>();
        long bytes = 0;
        while (bytes < MostBytes && reader.Next(rows.Count > 0 ? rows[^1].Sequence : Position, MostRows) is { Count: > 0 } more)
        {
            rows.AddRange(more);
            bytes += more.Sum(r => r.Block?.Length ?? 0);
        }

        return rows;
    }

    private IEnumerable<(string, DateTimeOffset, ReadOnlyMemory<byte>)> RecordsOf(List<JournalRow> rows, Action kept, Action damaged)
    {
        foreach (var row in rows)
        {
            if (!row.TryRead(_batch))
            {
                damaged();
                continue;
            }

            foreach (var record in _batch.Records.ToArray())
            {
                kept();
                yield return (SourceOf(row.Source, record.Start, record.Length), row.Ingested, _batch.Buffer.AsMemory(record.Start, record.Length));
            }
        }
    }

    private string SourceOf(string? told, int start, int length)
    {
        var (recogniser, only) = told is null ? (_of!.Sources.Recogniser, null) : Told(told);
        var form = recogniser.Recognise(_reader, _batch.Buffer, start, length, _fields, out var flaw) ?? (flaw is null ? only : null);
        return form?.Source ?? Archive.Unrecognised;
    }

    private (FormRecogniser, EventShape?) Told(string source)
    {
        if (_told.TryGetValue(source, out var known)) return known;
        var forms = _of!.Sources.Find(source)?.Forms ?? [];
        return _told[source] = (new FormRecogniser(forms), forms is [var only] && only.Recognise.IsEmpty ? only : null);
    }
}
