using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>Reads the times that logs write: RFC 3339 and its relatives, and seconds, milliseconds, microseconds or nanoseconds since 1970.</summary>
public static class EventTime
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK",
        "yyyy-MM-dd HH:mm:ss zzz", "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd",
    ];

    /// <summary>Reads a time; without a zone it is UTC.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        if (TryRfc3339(text, out time)) return true;
        if (text.Length is 0 or > 64) return false;
        if (Utf8Parser.TryParse(text, out decimal number, out var used) && used == text.Length) return TryEpoch(number, out time);
        Span<char> chars = stackalloc char[64];
        var length = Encoding.UTF8.GetChars(text, chars);
        return DateTimeOffset.TryParseExact(chars[..length], Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    // The magnitude tells the unit: 1e11 s is the year 5138, 1e11 ms is 1973.
    private static bool TryEpoch(decimal number, out DateTimeOffset time)
    {
        time = default;
        var magnitude = Math.Abs(number);
        var ticks = magnitude switch
        {
            < 100_000_000_000m => number * TimeSpan.TicksPerSecond,
            < 100_000_000_000_000m => number * TimeSpan.TicksPerMillisecond,
            < 100_000_000_000_000_000m => number * TimeSpan.TicksPerMicrosecond,
            < 100_000_000_000_000_000_000m => number / 100,
            _ => decimal.MaxValue,
        };
        var sum = ticks == decimal.MaxValue ? -1 : DateTimeOffset.UnixEpoch.Ticks + ticks;
        if (sum < 0 || sum > DateTimeOffset.MaxValue.Ticks) return false;
        time = new DateTimeOffset((long)sum, TimeSpan.Zero);
        return true;
    }

    // yyyy-MM-ddTHH:mm:ss[.f…](Z|±hh:mm): what nearly every record has, without a detour over characters.
    private static bool TryRfc3339(ReadOnlySpan<byte> t, out DateTimeOffset time)
    {
        time = default;
        if (t.Length < 20 || t[4] != '-' || t[7] != '-' || (t[10] | 0x20) != 't' || t[13] != ':' || t[16] != ':') return false;
        if (!Two(t, 0, out var century) || !Two(t, 2, out var year) || !Two(t, 5, out var month) || !Two(t, 8, out var day)
            || !Two(t, 11, out var hour) || !Two(t, 14, out var minute) || !Two(t, 17, out var second)) return false;
        year += century * 100;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;
        var at = 19;
        long fraction = 0;
        if (t[at] == '.')
        {
            long unit = TimeSpan.TicksPerSecond / 10;
            for (at++; at < t.Length && t[at] is >= (byte)'0' and <= (byte)'9'; at++, unit /= 10) fraction += (t[at] - '0') * unit;
        }

        if (at >= t.Length) return false;
        long offset = 0;
        if ((t[at] | 0x20) != 'z')
        {
            if (t[at] is not ((byte)'+' or (byte)'-') || t.Length < at + 6 || !Two(t, at + 1, out var offsetHours) || t[at + 3] != ':' || !Two(t, at + 4, out var offsetMinutes)) return false;
            offset = (offsetHours * 60 + offsetMinutes) * TimeSpan.TicksPerMinute * (t[at] == '-' ? -1 : 1);
            at += 5;
        }

        if (at != t.Length - 1) return false;
        // A leap second is the last tick before the next minute: a clock of ours knows no 60.
        var ticks = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Utc).Ticks + (second == 60 ? TimeSpan.TicksPerSecond - 1 : fraction) - offset;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool Two(ReadOnlySpan<byte> text, int at, out int number)
    {
        var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
        number = tens * 10 + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }
}
