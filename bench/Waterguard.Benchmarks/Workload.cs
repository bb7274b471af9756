using System.Text.Json;
using Waterguard.Corpus;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;

namespace Waterguard.Benchmarks;

/// <summary>The bytes that are read, the same for every measure, and the two ways of reading them.</summary>
internal sealed class Workload
{
    private readonly byte[] _bytes;
    private readonly RecordBatch _batch = new();

    public Workload(ThroughputOptions options)
    {
        if (options.File is { } file)
        {
            _bytes = File.ReadAllBytes(file);
            return;
        }

        using var memory = new MemoryStream((options.Megabytes * 1_000_000) + (1 << 20));
        CorpusGenerator.Write(memory, options.Megabytes * 1_000_000L, 7);
        _bytes = memory.ToArray();
    }

    public long Length => _bytes.Length;

    public long Records { get; private set; }

    /// <summary>Bytes that the last pass of a scanner allocated between framing and the end of the hot path.</summary>
    public long Allocated { get; private set; }

    /// <summary>Framing, and nothing but <c>while (r.Read())</c> on each record.</summary>
    public long Bare()
    {
        long tokens = 0;
        ForEachBatch(batch =>
        {
            foreach (var record in batch.Records)
            {
                var reader = new Utf8JsonReader(batch.Buffer.AsSpan(record.Start, record.Length));
                while (reader.Read()) tokens++;
            }
        });
        return tokens;
    }

    /// <summary>The same framing, and the whole hot path: from bytes to the copies of the records that matched. One worker for all passes, as in a long run.</summary>
    /// <returns>A pass; it gives the number of matches.</returns>
    public Func<long> Scanner(Generation generation, string? source)
    {
        var told = source is null ? null : generation.Sources.Find(source)!.Forms.ToArray();
        var (tally, matched) = (new ScanTally(), new MatchedRecords());
        var worker = new ScanWorker(generation, told, tally, matched);
        return () =>
        {
            var (matches, before) = (0L, tally.Events);
            Allocated = 0;
            ForEachBatch(batch =>
            {
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                worker.Process(batch);
                Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
                matches += matched.Count;
                matched.Clear();
            });
            Records = tally.Events - before;
            return matches;
        };
    }

    public void ForEachBatch(Action<RecordBatch> each)
    {
        using var reader = new RecordReader(new MemoryStream(_bytes, writable: false), "corpus");
        while (reader.Read(_batch)) each(_batch);
    }
}
