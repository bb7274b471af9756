using System.Globalization;
using System.Net;

namespace Waterguard.Sigma.Modifiers;

/// <summary>Address ranges as rules write them.</summary>
internal static class CidrRange
{
    /// <summary>Reads <c>10.0.0.0/8</c>, <c>fe80::/10</c> or a single address. Bits beyond the prefix are cleared and reported.</summary>
    public static bool TryParse(string text, out IPNetwork network, out bool hostBits)
    {
        network = default;
        hostBits = false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (!IsWhole(addressText) || !IPAddress.TryParse(addressText, out var address))
            return false;
        var bytes = address.GetAddressBytes();
        var prefix = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bytes.Length * 8))
            return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            var mask = (byte)(0xFF << Math.Clamp(((i + 1) * 8) - prefix, 0, 8));
            hostBits |= (bytes[i] & ~mask) != 0;
            bytes[i] &= mask;
        }
        network = new(new IPAddress(bytes), prefix);
        return true;
    }

    /// <summary>The system reads "10" and "0x7f.1" as addresses, too; rules do not mean that.</summary>
    private static bool IsWhole(string text) =>
        text.Contains(':', StringComparison.Ordinal)
            ? !text.AsSpan().ContainsAny("%[]")
            : text.Count(c => c == '.') == 3 && text.All(c => c == '.' || char.IsAsciiDigit(c));
}
