using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>A set of networks. IPv4 addresses, nearly all there are in logs, are read and compared without an object.</summary>
internal sealed class Networks(ImmutableArray<IPNetwork> networks)
{
    // By how many bits count, and then sorted: a lookup takes a search for each length that there is, however many networks have it.
    private readonly (uint Mask, uint[] Bases)[] _v4 =
        [.. networks.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetwork).Select(Range).GroupBy(r => r.Mask).OrderByDescending(g => g.Key).Select(g => (g.Key, g.Select(r => r.Base).Distinct().Order().ToArray()))];

    private readonly (UInt128 Mask, UInt128[] Bases)[] _v6 =
        [.. networks.Where(n => n.BaseAddress.AddressFamily != AddressFamily.InterNetwork).Select(LongRange).GroupBy(r => r.Mask).OrderByDescending(g => g.Key).Select(g => (g.Key, g.Select(r => r.Base).Distinct().Order().ToArray()))];

    /// <summary>Whether the text is an address inside one of them.</summary>
    public bool Contain(ReadOnlySpan<byte> text)
    {
        if (TryV4(text, out var address)) return Contain(address);
        if (text.Length > 64 || !text.Contains((byte)':')) return false;
        Span<char> chars = stackalloc char[64];
        if (!IPAddress.TryParse(chars[..Encoding.UTF8.GetChars(text, chars)], out var parsed)) return false;
        if (parsed.IsIPv4MappedToIPv6) return TryV4(Encoding.ASCII.GetBytes(parsed.MapToIPv4().ToString()), out address) && Contain(address);
        return Contain(Number(parsed));
    }

    private bool Contain(UInt128 address)
    {
        foreach (var (mask, bases) in _v6)
        {
            if (Array.BinarySearch(bases, address & mask) >= 0) return true;
        }

        return false;
    }

    private bool Contain(uint address)
    {
        foreach (var (mask, bases) in _v4)
        {
            if (Array.BinarySearch(bases, address & mask) >= 0) return true;
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

    private static (UInt128 Base, UInt128 Mask) LongRange(IPNetwork network)
    {
        var mask = network.PrefixLength == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - network.PrefixLength);
        return (Number(network.BaseAddress) & mask, mask);
    }

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var written) && written == bytes.Length ? System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes) : UInt128.Zero;
    }

    private static (uint Base, uint Mask) Range(IPNetwork network)
    {
        var mask = network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()) & mask, mask);
    }
}
