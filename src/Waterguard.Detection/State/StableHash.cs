using System.Runtime.InteropServices;

namespace Waterguard.Detection.State;

/// <summary>A hash of texts that is the same in every run, process and version of the runtime: keys are stored under it. Not a defence against those who choose the texts: whoever finds
/// something by it compares the texts themselves.</summary>
internal static class StableHash
{
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xC2B2_AE3D_27D4_EB4F;

    /// <summary>Of some texts, in their order; where one ends and the next begins counts too.</summary>
    public static UInt128 Of(ReadOnlySpan<string> texts, ulong salt = 0)
    {
        var (low, high) = (salt ^ First, salt ^ Second);
        foreach (var text in texts)
        {
            (low, high) = Mix(low, high, (ulong)text.Length);
            var bytes = MemoryMarshal.AsBytes(text.AsSpan());
            for (; bytes.Length >= 8; bytes = bytes[8..]) (low, high) = Mix(low, high, MemoryMarshal.Read<ulong>(bytes));
            ulong rest = 0;
            foreach (var one in bytes) rest = (rest << 8) | one;
            if (bytes.Length > 0) (low, high) = Mix(low, high, rest);
        }

        return new UInt128(Last(high ^ low), Last(low + high));
    }

    /// <summary>Of one text.</summary>
    public static ulong Of(string text) => (ulong)Of([text]);

    /// <summary>Spreads what a number holds over all its bits.</summary>
    public static ulong Last(ulong number)
    {
        number = (number ^ (number >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        number = (number ^ (number >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return number ^ (number >> 33);
    }

    private static (ulong Low, ulong High) Mix(ulong low, ulong high, ulong value)
    {
        low = (low ^ value) * First;
        high = (high + value) * Second;
        return (low ^ (low >> 29) ^ (high << 7), high ^ (high >> 31) ^ low);
    }
}
