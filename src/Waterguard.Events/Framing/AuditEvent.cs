namespace Waterguard.Events.Framing;

/// <summary>One event of the audit system while its lines come in. Reused.</summary>
internal sealed class AuditEvent
{
    private readonly ByteWriter _identity = new();
    private readonly ByteWriter _records = new();
    private readonly ByteWriter _arguments = new();
    private readonly ByteWriter _commandLine = new();
    private int _nodeLength;
    private int _timeLength;
    private byte[] _scratch = new byte[512];
    private readonly ByteWriter _image = new();
    private bool _executes;

    public long Line { get; private set; }

    public long Offset { get; private set; }

    public int Bytes => _records.Length;

    public bool IsEmpty => _records.Length == 0;

    public void Begin(in AuditLine parts, long line, long offset)
    {
        foreach (var writer in new[] { _identity, _records, _arguments, _commandLine, _image }) writer.Clear();
        (Line, Offset, _nodeLength, _timeLength, _executes) = (line, offset, parts.Node.Length, parts.Time.Length, false);
        _identity.Write(parts.Node);
        _identity.Write(parts.Time);
        _identity.Write(parts.Serial);
    }

    public bool Is(in AuditLine parts) =>
        Node.SequenceEqual(parts.Node) && Time.SequenceEqual(parts.Time) && Serial.SequenceEqual(parts.Serial);

    private ReadOnlySpan<byte> Node => _identity.Bytes.AsSpan(0, _nodeLength);

    private ReadOnlySpan<byte> Time => _identity.Bytes.AsSpan(_nodeLength, _timeLength);

    private ReadOnlySpan<byte> Serial => _identity.Bytes.AsSpan(_nodeLength + _timeLength, _identity.Length - _nodeLength - _timeLength);

    /// <summary>Adds a line as one of the event's records.</summary>
    public void Add(in AuditLine parts)
    {
        if (_records.Length > 0) _records.Write((byte)',');
        var record = new ObjectWriter(_records);
        record.Text("type"u8, parts.Type);
        var fields = new AuditFields(parts.Type, parts.Body);
        var isArguments = parts.Type.SequenceEqual("EXECVE"u8);
        _executes |= isArguments;
        while (fields.Next(out var key, out var value, out var quoted))
        {
            if (value.SequenceEqual("(null)"u8) || value.SequenceEqual("?"u8)) continue;
            var text = quoted || !fields.MayBeHex(key) ? value : Decoded(key, value);
            if (isArguments && key[0] == 'a' && key.Length > 1 && key[1] is >= (byte)'0' and <= (byte)'9' && key[^1] is >= (byte)'0' and <= (byte)'9' or (byte)']') Argument(key, text);
            record.Text(key, text);
            if (key.SequenceEqual("exe"u8) && _image.Length == 0) _image.Write(text);
            if (key.SequenceEqual("saddr"u8)) SocketAddress(ref record, value);
        }

        if (parts.Type.SequenceEqual("SYSCALL"u8)) record.TextIfAny("SYSCALL"u8, fields.MissingCallName);
        record.Text("message"u8, parts.Whole);
        record.End();
    }

    /// <summary>Writes the whole event.</summary>
    public void Write(ByteWriter into)
    {
        var record = new ObjectWriter(into);
        record.Number("timestamp"u8, Time);
        record.Text("serial"u8, Serial);
        record.TextIfAny("node"u8, Node);
        if (_executes)
        {
            record.Text("command_line"u8, _commandLine.Bytes.AsSpan(0, _commandLine.Length));
            record.TextIfAny("image"u8, _image.Bytes.AsSpan(0, _image.Length));
            record.Key("args"u8);
            into.Write((byte)'[');
            into.Write(_arguments.Bytes.AsSpan(0, _arguments.Length));
            into.Write(_arguments.Length > 0 ? "\"]"u8 : "]"u8);
        }

        record.Key("records"u8);
        into.Write((byte)'[');
        into.Write(_records.Bytes.AsSpan(0, _records.Length));
        into.Write((byte)']');
        record.End();
    }

    // a1, or a1[2]: a further piece of a long one.
    private void Argument(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        var further = key[^1] == ']' && !key.EndsWith("[0]"u8);
        if (!further && _arguments.Length > 0)
        {
            _arguments.Write("\",\""u8);
            _commandLine.Write((byte)' ');
        }
        else if (_arguments.Length == 0) _arguments.Write((byte)'"');

        _arguments.WriteEscaped(text);
        _commandLine.Write(text);
    }

    private ReadOnlySpan<byte> Decoded(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!HexText.IsUpper(value)) return value;
        if (_scratch.Length < value.Length) _scratch = new byte[value.Length];
        var text = _scratch.AsSpan(0, HexText.Decode(value, _scratch));
        // A title is all arguments, with zero bytes between.
        if (key.SequenceEqual("proctitle"u8)) text.Replace((byte)0, (byte)' ');
        return text;
    }

    // struct sockaddr as bytes: IPv4, IPv6 and local names
    private static void SocketAddress(scoped ref ObjectWriter record, ReadOnlySpan<byte> digits)
    {
        if (!HexText.IsUpper(digits) || digits.Length > 512 || digits.Length < 8) return;
        Span<byte> bytes = stackalloc byte[256];
        bytes = bytes[..HexText.Decode(digits, bytes)];
        Span<byte> text = stackalloc byte[64];
        switch (bytes[0] | (bytes[1] << 8))
        {
            case 2 when bytes.Length >= 8: Address(ref record, bytes.Slice(4, 4), bytes, text, "inet"u8); break;
            case 10 when bytes.Length >= 24: Address(ref record, bytes.Slice(8, 16), bytes, text, "inet6"u8); break;
            case 1:
                record.Text("saddr_family"u8, "local"u8);
                var name = bytes[2..].TrimStart((byte)0);
                var end = name.IndexOf((byte)0);
                record.TextIfAny("saddr_path"u8, end < 0 ? name : name[..end]);
                break;
        }
    }

    private static void Address(scoped ref ObjectWriter record, scoped ReadOnlySpan<byte> address, scoped ReadOnlySpan<byte> all, scoped Span<byte> text, ReadOnlySpan<byte> family)
    {
        record.Text("saddr_family"u8, family);
        var ip = new System.Net.IPAddress(address);
        if (ip.TryFormat(text, out var length)) record.Text("saddr_ip"u8, text[..length]);
        if (System.Buffers.Text.Utf8Formatter.TryFormat((all[2] << 8) | all[3], text, out length)) record.Number("saddr_port"u8, text[..length]);
    }
}
