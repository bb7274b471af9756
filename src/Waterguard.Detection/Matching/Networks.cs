using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>A set of networks. IPv4 addresses, nearly all there are in logs, are read and compared without an object.</summary>
internal sealed class Networks(ImmutableArray<IPNetwork> networks)
{
    private readonly (uint Base, uint Mask)[] _v4 = [.. networks.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetwork).Select(Range)];
    private readonly ImmutableArray<IPNetwork> _v6 = [.. networks.Where(n => n.BaseAddress.AddressFamily != AddressFamily.InterNetwork)];

    /// <summary>Whether the text is an address inside one of them.</summary>
    public bool Contain(ReadOnlySpan<byte> text)
    {
        if (TryV4(text, out var address)) return Contain(address);
        if (text.Length > 64 || !text.Contains((byte)':')) return false;
        Span<char> chars = stackalloc char[64];
        if (!IPAddress.TryParse(chars[..Encoding.UTF8.GetChars(text, chars)], out var parsed)) return false;
        if (parsed.IsIPv4MappedToIPv6) return TryV4(Encoding.ASCII.GetBytes(parsed.MapToIPv4().ToString()), out address) && Contain(address);
        foreach (var network in _v6)
        {
            if (network.Contains(parsed)) return true;
        }

        return false;
    }

    private bool Contain(uint address)
    {
        foreach (var (start, mask) in _v4)
        {
            if ((address & mask) == start) return true;
        }

        return false;
    }

    // Four decimal numbers without leading zeros: what else passes for an address (0x7f.1, 017.0.0.1) is none in a log.
    private static bool TryV4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        var (part, digits, dots) = (0, 0, 0);
        if (text.Length is < 7 or > 15) return false;
        foreach (var b in text)
        {
            if (b == (byte)'.')
            {
                if (digits == 0 || ++dots > 3) return false;
                address = (address << 8) | (uint)part;
                (part, digits) = (0, 0);
                continue;
            }

            var digit = b - '0';
            if ((uint)digit > 9 || (digits > 0 && part == 0)) return false;
            part = (part * 10) + digit;
            if (++digits > 3 || part > 255) return false;
        }

        address = (address << 8) | (uint)part;
        return dots == 3 && digits > 0;
    }

    private static (uint, uint) Range(IPNetwork network)
    {
        var mask = network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()) & mask, mask);
    }
}
