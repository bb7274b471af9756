using System.Security.Cryptography;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>Reads what is new in one blob after the other.</summary>
internal sealed class BlobReading(BlobStore store, IInputSink sink, BlobSettings settings, string? source, TransportProgress progress, Action<string> say)
{
    private const int PieceBytes = 4 << 20;
    private const int MarkBytes = 256;

    /// <summary>Reads to the end that a listing told. False: stopped.</summary>
    public async Task<bool> ReadAsync(BlobItem blob, Backoff backoff, CancellationToken stop)
    {
        var position = PositionOf(blob);
        if (position.Tag == blob.Tag || position.Given is not null) return true;
        var piece = PieceBytes;
        while (true)
        {
            // A little of what was read comes again, to see that it is the same.
            var from = Math.Max(0, position.Offset - MarkBytes);
            var wanted = (int)Math.Min(piece + (position.Offset - from), blob.Length - from);
            if (blob.Length < position.Offset) position = Anew(blob);
            else if (wanted <= 0) return true;
            else
            {
                // Changed meanwhile: the next listing tells its new tag.
                if (await store.ReadAsync(blob, from, wanted, stop) is not { } bytes || bytes.Length < position.Offset - from) return true;
                var before = (int)(position.Offset - from);
                if (Mark(bytes.AsSpan(0, before)) != position.Mark) position = Anew(blob);
                else
                {
                    var isLast = from + bytes.Length >= blob.Length;
                    if (await TakeAsync(blob, position, bytes, before, isLast, backoff, stop) is not { } next) return false;
                    if (isLast || next.Given is not null) return true;
                    // A record that is larger than the piece.
                    if (next.Offset == position.Offset) piece = (int)Math.Min(piece * 2L, settings.MaxRecord + PieceBytes);
                    position = next;
                }
            }
        }
    }

    private BlobPosition PositionOf(BlobItem blob)
    {
        if (sink.PositionOf(blob.Path) is not { } stored) return BlobPosition.New;
        if (BlobPosition.Parse(stored) is { } position) return position;
        progress.Note("positions that cannot be read");
        return BlobPosition.New;
    }

    private BlobPosition Anew(BlobItem blob)
    {
        progress.Note("blobs that were replaced");
        say($"{blob.Path} was replaced by another of the same name, which is read from its beginning");
        return BlobPosition.New;
    }

    private async Task<BlobPosition?> TakeAsync(BlobItem blob, BlobPosition position, byte[] bytes, int before, bool isLast, Backoff backoff, CancellationToken stop)
    {
        var piece = bytes.AsMemory(before);
        var found = new List<(int Start, int Length)>();
        var result = GrowingRecords.Read(piece.Span, position.Shape, found);
        string? given = null;
        if (result is not var (done, shape))
        {
            // What stands before the place that makes no sense is taken.
            (done, shape) = (found.Count > 0 ? found[^1].Start + found[^1].Length : 0, position.Shape == BlobShape.Unknown ? BlobShape.Lines : position.Shape);
            given = "not records of JSON";
        }
        else if (piece.Length - done > settings.MaxRecord) given = "a record is larger than 'max_record'";

        var block = new RecordBlock();
        foreach (var (start, length) in found) block.Add(piece.Span.Slice(start, length), position.Records + block.Count + 1, position.Offset + start);
        progress.Read(found.Count);
        if (given is not null)
        {
            progress.Read();
            progress.Rejected(given);
            say($"{blob.Path} is not read further than byte {position.Offset + done}: {given}");
        }

        var offset = position.Offset + done;
        var next = new BlobPosition(
            // Only when all of it was seen is there nothing new under this tag.
            isLast || given is not null ? blob.Tag : position.Tag, blob.Length, offset, shape, position.Records + found.Count, Mark(bytes.AsSpan(0, before + done)[Math.Max(0, before + done - MarkBytes)..]), given);
        if (next == position) return next;
        var batch = new TransportBatch(blob.Path, block.ToArray(), block.Count) { Position = next.ToString(), Source = source, Place = blob.Path };
        if (await Handover.UntilTakenAsync(sink, batch, progress, backoff, stop)) return next;
        progress.Read(-found.Count);
        return null;
    }

    private static string Mark(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "" : Convert.ToHexStringLower(SHA256.HashData(bytes)[..8]);
}
