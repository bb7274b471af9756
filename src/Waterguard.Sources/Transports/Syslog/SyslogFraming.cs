namespace Waterguard.Sources.Transports.Syslog;

/// <summary>Splits what comes over a stream into messages (RFC 6587): each is counted before it (<c>11 hello world</c>) or ended by a line feed; both may be
/// mixed. Not thread-safe; one a connection.</summary>
internal sealed class SyslogFraming(int largest)
{
    private const int CountDigits = 8;
    private int _toSkip;
    private bool _skipLine;

    /// <summary>Messages that were longer than allowed.</summary>
    public long TooLarge { get; private set; }

    /// <summary>Finds the first message in some bytes. False: more are needed; what was used must not come again.</summary>
    /// <param name="ended">The connection is over.</param>
    public bool Next(ReadOnlySpan<byte> bytes, bool ended, out ReadOnlySpan<byte> message, out int used)
    {
        message = default;
        used = Skip(bytes);
        while (used < bytes.Length && bytes[used] is (byte)'\n' or (byte)'\r' or 0) used++;
        var rest = bytes[used..];
        if (rest.IsEmpty) return false;
        return IsCounted(rest, ended, out var digits, out var length) switch
        {
            true => Counted(rest, digits, length, ended, out message, ref used),
            false => Lined(rest, ended, out message, ref used),
            null => false,
        };
    }

    private bool Counted(ReadOnlySpan<byte> rest, int digits, int length, bool ended, out ReadOnlySpan<byte> message, scoped ref int used)
    {
        message = default;
        var from = digits + 1;
        if (length > largest)
        {
            TooLarge++;
            _toSkip = length - Math.Min(length, rest.Length - from);
            used += from + Math.Min(length, rest.Length - from);
            return false;
        }

        if (rest.Length - from < length && !ended) return false;
        message = rest.Slice(from, Math.Min(length, rest.Length - from));
        used += from + message.Length;
        return !message.IsEmpty;
    }

    private bool Lined(ReadOnlySpan<byte> rest, bool ended, out ReadOnlySpan<byte> message, scoped ref int used)
    {
        message = default;
        var end = rest.IndexOfAny((byte)'\n', (byte)0);
        var length = end < 0 ? rest.Length : end;
        if (length > largest)
        {
            TooLarge++;
            _skipLine = end < 0;
            used += end < 0 ? rest.Length : end + 1;
            return false;
        }

        if (end < 0 && !ended) return false;
        message = rest[..length].TrimEnd((byte)'\r');
        used += end < 0 ? length : end + 1;
        return !message.IsEmpty;
    }

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        if (_toSkip > 0)
        {
            var skipped = Math.Min(_toSkip, bytes.Length);
            _toSkip -= skipped;
            return skipped;
        }

        if (!_skipLine) return 0;
        var end = bytes.IndexOfAny((byte)'\n', (byte)0);
        if (end >= 0) _skipLine = false;
        return end < 0 ? bytes.Length : end + 1;
    }

    // Digits and a blank, not beginning with zero, are a count. Null: it cannot be told yet.
    private static bool? IsCounted(ReadOnlySpan<byte> bytes, bool ended, out int digits, out int length)
    {
        (digits, length) = (0, 0);
        while (digits < bytes.Length && digits < CountDigits && bytes[digits] is >= (byte)'0' and <= (byte)'9') length = (length * 10) + bytes[digits++] - '0';
        if (digits == 0 || bytes[0] == '0') return false;
        if (digits == bytes.Length) return ended ? false : null;
        return bytes[digits] == ' ';
    }
}
