namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>How a blob's records are put together.</summary>
internal enum BlobShape
{
    /// <summary>Nothing was read yet.</summary>
    Unknown,

    /// <summary>One object after another, mostly one a line: append blobs.</summary>
    Lines,

    /// <summary><c>{"records":[…]}</c>, whose end is written anew each time: block blobs.</summary>
    List,
}

/// <summary>Finds the whole records in a piece of a blob that grows. What is not whole yet, and the closing <c>]}</c> of a list (which will be somewhere else
/// next time), stays for the next time.</summary>
internal static class GrowingRecords
{
    private const int LongestHead = 256;

    /// <param name="piece">From where the last one ended.</param>
    /// <param name="found">Gets start and length of each record.</param>
    /// <returns>How much is done for good, and the shape; null: this is no blob of records.</returns>
    public static (int Done, BlobShape Shape)? Read(ReadOnlySpan<byte> piece, BlobShape shape, List<(int Start, int Length)> found)
    {
        var at = 0;
        if (shape == BlobShape.Unknown)
        {
            ReadOnlySpan<byte> mark = "\uFEFF"u8;
            if (piece.Length < mark.Length && mark.StartsWith(piece)) return (0, BlobShape.Unknown);
            if (piece.StartsWith(mark)) at = mark.Length;
            at = Skip(piece, at);
            if (at == piece.Length) return (0, BlobShape.Unknown);
            if (piece[at] != (byte)'{') return null;
            switch (ListHead(piece[at..], out var head))
            {
                case null: return (0, BlobShape.Unknown);
                case true:
                    shape = BlobShape.List;
                    at += head;
                    break;
                default:
                    shape = BlobShape.Lines;
                    break;
            }
        }

        var done = at;
        while (true)
        {
            at = Skip(piece, at);
            if (shape == BlobShape.List && at < piece.Length && piece[at] == (byte)',') at = Skip(piece, at + 1);
            if (at >= piece.Length || (shape == BlobShape.List && piece[at] == (byte)']')) return (done, shape);
            if (piece[at] != (byte)'{') return null;
            var length = Whole(piece[at..]);
            if (length == 0) return (done, shape);
            found.Add((at, length));
            at += length;
            done = at;
        }
    }

    // {"records":[ with any white space. Null: too little of it is there to tell.
    private static bool? ListHead(ReadOnlySpan<byte> piece, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> wanted = "{\"records\":["u8;
        var at = 0;
        for (var i = 0; i < wanted.Length; i++)
        {
            if (i is 1 or 10 or 11) at = Skip(piece, at);
            if (at >= piece.Length) return piece.Length < LongestHead ? null : false;
            if (piece[at++] != wanted[i]) return false;
        }

        length = at;
        return true;
    }

    /// <summary>The length of the object at the beginning; 0: it has not ended.</summary>
    private static int Whole(ReadOnlySpan<byte> piece)
    {
        var depth = 0;
        for (var at = 0; at < piece.Length;)
        {
            var next = piece[at..].IndexOfAny("\"{}[]"u8);
            if (next < 0) return 0;
            at += next;
            switch (piece[at++])
            {
                case (byte)'"':
                    at = BehindText(piece, at);
                    if (at < 0) return 0;
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    if (--depth == 0) return at;
                    break;
            }
        }

        return 0;
    }

    private static int BehindText(ReadOnlySpan<byte> piece, int at)
    {
        while (at < piece.Length)
        {
            var next = piece[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) return -1;
            at += next;
            if (piece[at] == (byte)'"') return at + 1;
            at += 2;
        }

        return -1;
    }

    private static int Skip(ReadOnlySpan<byte> piece, int at)
    {
        while (at < piece.Length && piece[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }
}
