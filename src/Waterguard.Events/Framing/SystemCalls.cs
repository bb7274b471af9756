using System.Collections.Frozen;

namespace Waterguard.Events.Framing;

/// <summary>Names of system calls by number, for the processors that matter. An enriched log says the name itself.</summary>
internal static class SystemCalls
{
    private static readonly FrozenDictionary<int, byte[]> X86 = Table(SystemCallTables.X86);
    private static readonly FrozenDictionary<int, byte[]> X86Of32Bits = Table(SystemCallTables.X86Of32Bits);
    private static readonly FrozenDictionary<int, byte[]> Arm = Table(SystemCallTables.Arm);

    /// <summary>The name; empty when it is not known here.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> architecture, ReadOnlySpan<byte> number)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(number, out int call, out var used) || used != number.Length) return default;
        var table = architecture.SequenceEqual("c000003e"u8) ? X86 : architecture.SequenceEqual("c00000b7"u8) ? Arm : architecture.SequenceEqual("40000003"u8) ? X86Of32Bits : null;
        return table is not null && table.TryGetValue(call, out var name) ? name : default;
    }

    private static FrozenDictionary<int, byte[]> Table(string text) => text.Split(',').Select(e => e.Split(' '))
        .ToFrozenDictionary(e => int.Parse(e[0], System.Globalization.CultureInfo.InvariantCulture), e => System.Text.Encoding.UTF8.GetBytes(e[1]));
}
