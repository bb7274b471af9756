using System.IO.Compression;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Http;

/// <summary>What all inputs have in common to which somebody posts: bounds, decompression, splitting, and the answer. Thread-safe.</summary>
internal sealed class PostedBodies(TransportProgress progress, long maxBody)
{
    private const int AtOnce = 64;
    private static readonly FieldTree Nothing = new FieldTree.Builder().Build();
    private int _underWay;

    /// <summary>Reads a body whole, and hands it on; or refuses it.</summary>
    public async Task<IngestAnswer> TakeAsync(Stream from, string? encoding, Func<MemoryStream, Task<IngestAnswer>> take, CancellationToken cancel)
    {
        if (encoding is not (null or "" or "identity" or "gzip")) return Refuse(415, "Unsupported encoding", "Only gzip, or none.");
        try
        {
            if (Interlocked.Increment(ref _underWay) > AtOnce)
            {
                progress.Throttled();
                return new IngestAnswer(429, "Too many requests at once", RetryAfter: 1);
            }

            using var body = new MemoryStream();
            try
            {
                await using var content = encoding == "gzip" ? new GZipStream(from, CompressionMode.Decompress, leaveOpen: true) : from;
                var buffer = new byte[64 * 1024];
                for (int read; (read = await content.ReadAsync(buffer, cancel)) > 0;)
                {
                    if (body.Length + read > maxBody) return Refuse(413, "Body too large", $"More than {maxBody} bytes, decompressed.");
                    body.Write(buffer, 0, read);
                }
            }
            catch (InvalidDataException)
            {
                return Refuse(400, "Bad gzip", "The body cannot be decompressed.");
            }

            return await take(body);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>Splits into records. Those that are no JSON are left out here, where their sender can be told.</summary>
    public static (RecordBlock Block, List<string> Bad) Split(MemoryStream body, string peer)
    {
        body.Position = 0;
        var block = new RecordBlock();
        var bad = new List<string>();
        using var reader = new RecordReader(body, peer);
        var batch = new RecordBatch();
        var (events, fields) = (new EventReader(), new EventBuffer());
        bool more;
        do
        {
            more = reader.Read(batch);
            bad.AddRange(batch.Problems.Select(p => p.Reason));
            foreach (var record in batch.Records)
            {
                var bytes = batch.Buffer.AsSpan(record.Start, record.Length);
                // As tolerant as what reads it later: a flaw in a part that nobody reads hides no record.
                if (events.TryRead(batch.Buffer, record.Start, record.Length, Nothing, fields, out var flaw)) block.Add(bytes, record.Line, record.Offset);
                else bad.Add(flaw!.Reason);
            }
        }
        while (more);
        return (block, bad);
    }

    /// <summary>Counts what became of a batch, and says it.</summary>
    public IngestAnswer Answer(Delivery delivery, int records, List<string> bad)
    {
        switch (delivery)
        {
            case Delivery.Accepted or Delivery.Duplicate:
                progress.Read(records + bad.Count);
                if (delivery == Delivery.Accepted) progress.Accepted(records);
                else progress.Duplicates(records);
                foreach (var reason in bad) progress.Rejected(reason);
                return new IngestAnswer(202, "Accepted", bad.Count == 0 ? "" : $"{bad.Count} records cannot be read", records, delivery == Delivery.Duplicate);
            case Delivery.Full:
                progress.Throttled();
                return new IngestAnswer(429, "Full", "The journal is as large as it may be; try again later.", RetryAfter: 5);
            default:
                progress.Failed("the journal cannot be written");
                return new IngestAnswer(503, "Cannot store", "The journal cannot be written; nothing was taken.", RetryAfter: 30);
        }
    }

    /// <summary>A refusal, counted.</summary>
    public IngestAnswer Refuse(int status, string title, string detail)
    {
        progress.Note("requests refused: " + title);
        return new IngestAnswer(status, title, detail);
    }
}
