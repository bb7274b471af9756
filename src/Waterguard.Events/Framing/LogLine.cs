namespace Waterguard.Events.Framing;

/// <summary>The parts of one line of a system log.</summary>
internal ref struct LogLine
{
    private const string Severities = "emerg alert crit err warning notice info debug";
    private const string Facilities = "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7";
    private static readonly byte[][] SeverityNames = [.. Severities.Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] FacilityNames = [.. Facilities.Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];

    public ReadOnlySpan<byte> Format;
    public ReadOnlySpan<byte> Time;
    public ReadOnlySpan<byte> Host;
    public ReadOnlySpan<byte> Program;
    public ReadOnlySpan<byte> Pid;
    public ReadOnlySpan<byte> Severity;
    public ReadOnlySpan<byte> Facility;
    public ReadOnlySpan<byte> MessageId;
    public ReadOnlySpan<byte> Data;
    public ReadOnlySpan<byte> File;
    public ReadOnlySpan<byte> Stream;
    public ReadOnlySpan<byte> Message;

    /// <summary>Writes what is known of the line.</summary>
    public readonly void WriteTo(ref ObjectWriter record)
    {
        record.Text("log.format"u8, Format);
        record.TextIfAny("timestamp"u8, Time);
        record.TextIfAny("host"u8, Host);
        record.TextIfAny("program"u8, Program);
        record.TextIfAny("pid"u8, Pid);
        record.TextIfAny("severity"u8, Severity);
        record.TextIfAny("facility"u8, Facility);
        record.TextIfAny("msgid"u8, MessageId);
        record.TextIfAny("structured_data"u8, Data);
        record.TextIfAny("file"u8, File);
        record.TextIfAny("stream"u8, Stream);
        record.Text("message"u8, Message);
    }

    /// <summary>Reads a line; false when it has the head of no known format.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out LogLine parts)
    {
        parts = default;
        var priority = parts.Priority(line);
        var hasPriority = priority > 0;
        var rest = line[priority..];
        if (hasPriority && rest.StartsWith("1 "u8)) return parts.TryRfc5424(rest[2..]);
        if (TryBsdTime(rest, out var length))
        {
            parts.Format = "rfc3164"u8;
            parts.Time = rest[..length];
            return parts.TryHostAndTag(rest[length..]);
        }

        if (TryIsoTime(rest, out length))
        {
            parts.Format = "iso"u8;
            parts.Time = rest[..length];
            rest = rest[length..].TrimStart((byte)' ');
            return parts.TryRuntime(rest) || parts.TryHostAndTag(rest);
        }

        return !hasPriority && parts.TryKlog(line);
    }

    // <34>: its length, or 0
    private int Priority(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || rest[0] != '<') return 0;
        var end = rest[..Math.Min(rest.Length, 5)].IndexOf((byte)'>');
        if (end < 2 || !System.Buffers.Text.Utf8Parser.TryParse(rest[1..end], out int priority, out var used) || used != end - 1 || priority is < 0 or > 191) return 0;
        Severity = SeverityNames[priority % 8];
        Facility = FacilityNames[priority / 8];
        return end + 1;
    }

    // TIME HOST APP PROCID MSGID SD MSG, "-" for none
    private bool TryRfc5424(ReadOnlySpan<byte> rest)
    {
        Format = "rfc5424"u8;
        Time = Word(ref rest);
        if (!TryIsoTime(Time, out _) && Time.Length > 0) return false;
        Host = Word(ref rest);
        Program = Word(ref rest);
        Pid = Word(ref rest);
        MessageId = Word(ref rest);
        if (rest.IsEmpty) return false;
        var data = rest[0] == '[' ? DataLength(rest) : 1;
        if (rest[0] == '[') Data = rest[..data];
        Message = rest[data..].TrimStart((byte)' ');
        if (Message.StartsWith(FramerChoice.ByteOrderMark)) Message = Message[3..];
        return true;
    }

    private static ReadOnlySpan<byte> Word(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return word.SequenceEqual("-"u8) ? default : word;
    }

    // Elements in brackets, values in quotes with escapes.
    private static int DataLength(ReadOnlySpan<byte> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted) i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (text[i] == ']' && !quoted && (i + 1 == text.Length || text[i + 1] != '[')) return i + 1;
        }

        return text.Length;
    }

    // HOST PROGRAM[PID]: MESSAGE
    private bool TryHostAndTag(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        Host = Word(ref rest);
        if (Host.IsEmpty) return false;
        Message = rest;
        var end = rest.IndexOfAny(" [:"u8);
        if (end <= 0 || end > 64) return true;
        var after = rest[end..];
        if (after[0] == '[' && after.IndexOf((byte)']') is var close && close > 0)
        {
            Pid = after[1..close];
            after = after[(close + 1)..];
        }

        // "sudo:   name : …", and "sshd[1]: …"; some write a blank before the colon
        if (after.IsEmpty || after.TrimStart((byte)' ') is not [(byte)':', ..])
        {
            Pid = default;
            return true;
        }

        Program = rest[..end];
        Message = after[(after.IndexOf((byte)':') + 1)..].TrimStart((byte)' ');
        return true;
    }

    // stdout F MESSAGE
    private bool TryRuntime(ReadOnlySpan<byte> rest)
    {
        if (!(rest.StartsWith("stdout "u8) || rest.StartsWith("stderr "u8)) || rest.Length < 9 || rest[7] is not ((byte)'F' or (byte)'P') || rest[8] != ' ') return false;
        Format = "cri"u8;
        Stream = rest[..6];
        Message = rest[9..];
        return true;
    }

    // I1102 08:00:00.000000       1 file.go:12] MESSAGE
    private bool TryKlog(ReadOnlySpan<byte> line)
    {
        if (line.Length < 24 || !AreDigits(line.Slice(1, 4)) || line[5] != ' ' || !IsClock(line[6..]) || line[14] != '.') return false;
        Severity = line[0] switch { (byte)'I' => "info"u8, (byte)'W' => "warning"u8, (byte)'E' => "err"u8, (byte)'F' => "crit"u8, _ => default };
        var close = line.IndexOf("] "u8);
        if (Severity.IsEmpty || close < 0) return false;
        Format = "klog"u8;
        Time = line.Slice(1, line[1..].IndexOf((byte)' ') is var day ? day + 1 + line[(day + 2)..].IndexOf((byte)' ') : 0);
        var head = line[(1 + Time.Length)..close].Trim((byte)' ');
        Pid = Word(ref head);
        File = head;
        Message = line[(close + 2)..];
        return true;
    }

    // Nov  2 08:00:00, sometimes with the year behind the day
    private static bool TryBsdTime(ReadOnlySpan<byte> text, out int length)
    {
        length = 15;
        if (text.Length < 16 || text[3] != ' ' || "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text[..3]) % 3 != 0) return false;
        var day = text.Slice(4, 2);
        if (!(day[0] == ' ' ? AreDigits(day[1..]) : AreDigits(day)))
        {
            if (!AreDigits(day[..1]) || day[1] != ' ' || !IsClock(text[6..])) return false;
            length = 14;
            return true;
        }

        if (text[6] != ' ') return false;
        if (text.Length > 20 && AreDigits(text.Slice(7, 4)) && text[11] == ' ' && IsClock(text[12..])) length = 20;
        else if (!IsClock(text[7..])) return false;
        return true;
    }

    private static bool TryIsoTime(ReadOnlySpan<byte> text, out int length)
    {
        length = text.IndexOf((byte)' ');
        if (length == 10 && TrySpacedTime(text, out length)) return true;
        if (length < 0) length = text.Length;
        return length is >= 19 and <= 40 && AreDigits(text[..4]) && text[4] == '-' && text[7] == '-' && text[10] == 'T' && IsClock(text[11..]);
    }

    // 2026-11-02 08:00:00.000000+0100: only with its zone; without, the next word may be anything
    private static bool TrySpacedTime(ReadOnlySpan<byte> text, out int length)
    {
        length = text.Length < 24 ? -1 : 11 + text[11..].IndexOf((byte)' ');
        return length is >= 24 and <= 40 && AreDigits(text[..4]) && text[4] == '-' && text[7] == '-' && IsClock(text[11..]) && text[length - 5] is (byte)'+' or (byte)'-' && AreDigits(text[(length - 4)..length]);
    }

    private static bool IsClock(ReadOnlySpan<byte> text) =>
        text.Length >= 8 && AreDigits(text[..2]) && text[2] == ':' && AreDigits(text.Slice(3, 2)) && text[5] == ':' && AreDigits(text.Slice(6, 2));

    private static bool AreDigits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
