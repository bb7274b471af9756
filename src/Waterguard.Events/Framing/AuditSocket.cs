namespace Waterguard.Events.Framing;

/// <summary>Reads the address of a socket out of an audit line: <c>struct sockaddr</c> in hexadecimal digits.</summary>
internal static class AuditSocket
{
    /// <summary>Adds the family and, where it has them, address, port and name.</summary>
    /// <param name="receives">The call took a connection or data: the address is where they came from.</param>
    public static void Write(scoped ref ObjectWriter record, ReadOnlySpan<byte> digits, bool receives)
    {
        if (!HexText.IsUpper(digits) || digits.Length > 512 || digits.Length < 8) return;
        Span<byte> bytes = stackalloc byte[256];
        bytes = bytes[..HexText.Decode(digits, bytes)];
        Span<byte> text = stackalloc byte[64];
        switch (bytes[0] | (bytes[1] << 8))
        {
            case 1:
                record.Text("saddr_family"u8, "local"u8);
                var name = bytes[2..].TrimStart((byte)0);
                var end = name.IndexOf((byte)0);
                record.TextIfAny("saddr_path"u8, end < 0 ? name : name[..end]);
                break;
            case 2 when bytes.Length >= 8: Address(ref record, bytes.Slice(4, 4), bytes, text, "inet"u8, receives); break;
            case 10 when bytes.Length >= 24: Address(ref record, bytes.Slice(8, 16), bytes, text, "inet6"u8, receives); break;
            case 16: record.Text("saddr_family"u8, "netlink"u8); break;
            case 17: record.Text("saddr_family"u8, "packet"u8); break;
            case 38: record.Text("saddr_family"u8, "alg"u8); break;
            case 40: record.Text("saddr_family"u8, "vsock"u8); break;
        }
    }

    private static void Address(
        scoped ref ObjectWriter record, scoped ReadOnlySpan<byte> address, scoped ReadOnlySpan<byte> all, scoped Span<byte> text, ReadOnlySpan<byte> family, bool receives)
    {
        record.Text("saddr_family"u8, family);
        var ip = new System.Net.IPAddress(address);
        if (ip.TryFormat(text, out var length))
        {
            record.Text("saddr_ip"u8, text[..length]);
            record.Text(receives ? "from_ip"u8 : "to_ip"u8, text[..length]);
        }

        if (!System.Buffers.Text.Utf8Formatter.TryFormat((all[2] << 8) | all[3], text, out length)) return;
        record.Number("saddr_port"u8, text[..length]);
        record.Number(receives ? "from_port"u8 : "to_port"u8, text[..length]);
    }
}
