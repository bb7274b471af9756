namespace Waterguard.Events.Framing;

/// <summary>Goes through the <c>key=value</c> pairs of an audit line's body, also of those within <c>msg='…'</c> and behind the enrichment mark. Words without
/// a value are passed over.</summary>
internal ref struct AuditFields
{
    private static readonly HashSet<string> Encoded = new(
        "proctitle exe comm name cwd cmd path acct key dir file ocomm watch vm data old-disk new-disk grp new_group op unit".Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> MayBeEncoded = Encoded.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly bool _isArguments;
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _architecture;
    private ReadOnlySpan<byte> _call;
    private ReadOnlySpan<byte> _callName;

    public AuditFields(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        _isArguments = type.SequenceEqual("EXECVE"u8);
        _rest = body;
    }

    /// <summary>The name of the system call by its number, when the line did not say it; only after all fields were read.</summary>
    public readonly ReadOnlySpan<byte> MissingCallName => !_callName.IsEmpty ? default : SystemCalls.Name(_architecture, _call);

    /// <summary>Whether the system call takes a connection or data from elsewhere; only after all fields were read.</summary>
    public readonly bool Receives
    {
        get
        {
            var name = _callName.IsEmpty ? SystemCalls.Name(_architecture, _call) : _callName;
            return name.StartsWith("accept"u8) || name.StartsWith("recv"u8);
        }
    }

    public bool Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool quoted)
    {
        key = value = default;
        quoted = false;
        while (true)
        {
            _rest = _rest.TrimStart(" ,'\u001d"u8);
            var end = _rest.IndexOfAny("= ,'"u8);
            if (end < 0) return false;
            if (end == 0 || _rest[end] != '=')
            {
                _rest = _rest[(end + 1)..];
                continue;
            }

            var name = _rest[..end];
            key = name;
            _rest = _rest[(end + 1)..];
            if (_rest.StartsWith("'"u8))
            {
                _rest = _rest[1..];
                continue;
            }

            break;
        }

        quoted = _rest.StartsWith("\""u8);
        var stop = quoted ? _rest[1..].IndexOf((byte)'"') : _rest.IndexOfAny(" '\u001d"u8);
        var text = stop < 0 ? _rest[(quoted ? 1 : 0)..] : _rest.Slice(quoted ? 1 : 0, stop);
        _rest = stop < 0 ? default : _rest[(quoted ? stop + 2 : stop)..];
        if (!quoted) text = Bare(text);
        value = text;
        if (key.SequenceEqual("arch"u8)) _architecture = text;
        else if (key.SequenceEqual("syscall"u8)) _call = text;
        else if (key.SequenceEqual("SYSCALL"u8)) _callName = text;
        return true;
    }

    // Words in a list end with a comma, and old programs close a bracket behind their last one: (hostname=?, addr=?, res=success)
    private static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)',');
        return text.EndsWith(")"u8) && !text.Contains((byte)'(') ? text[..^1] : text;
    }

    /// <summary>Whether an unquoted value of the key may be a text in hexadecimal digits; numbers are written so elsewhere.</summary>
    public readonly bool MayBeHex(ReadOnlySpan<byte> key)
    {
        if (_isArguments && key[0] == 'a' && key.Length > 1 && key[1] is >= (byte)'0' and <= (byte)'9' && !key.EndsWith("_len"u8)) return true;
        Span<char> chars = stackalloc char[16];
        return key.Length <= chars.Length && MayBeEncoded.Contains(chars[..System.Text.Encoding.Latin1.GetChars(key, chars)]);
    }
}
