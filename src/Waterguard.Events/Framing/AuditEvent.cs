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
    private bool _receives;

    public long Line { get; private set; }

    public long Offset { get; private set; }

    public int Bytes => _records.Length;

    public bool IsEmpty => _records.Length == 0;

    public void Begin(in AuditLine parts, long line, long offset)
    {
        foreach (var writer in new[] { _identity, _records, _arguments, _commandLine, _image }) writer.Clear();
        (Line, Offset, _nodeLength, _timeLength, _executes, _receives) = (line, offset, parts.Node.Length, parts.Time.Length, false, false);
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
            if (key.SequenceEqual("saddr"u8)) AuditSocket.Write(ref record, value, _receives);
        }

        if (parts.Type.SequenceEqual("SYSCALL"u8) || parts.Type.SequenceEqual("SECCOMP"u8))
        {
            record.TextIfAny("SYSCALL"u8, fields.MissingCallName);
            _receives = fields.Receives;
        }

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
}
