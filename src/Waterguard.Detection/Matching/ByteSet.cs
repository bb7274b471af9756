using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Waterguard.Detection.Matching;

/// <summary>A set of folded bytes (0x20 set, or an ASCII byte below), tested 64 at a time by two table look-ups of a nibble each.</summary>
/// <remarks>The high nibble picks a bit, the low nibble a row of bits: exact for bytes below 0x80; bytes above are never members.</remarks>
internal sealed class ByteSet
{
    private readonly byte[] _rows = new byte[16]; // by low nibble: a bit for each high nibble 0 to 7

    public void Add(byte folded) => _rows[folded & 15] |= (byte)(1 << (folded >> 4));

    /// <summary>Which of 64 bytes are, after folding, members: bit i stands for byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong In(ref byte block)
    {
        if (Vector512.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
        {
            var rows = Vector128.Create(_rows);
            var table = Vector512.Create(Vector256.Create(rows, rows), Vector256.Create(rows, rows));
            var bits = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0);
            var bitTable = Vector512.Create(Vector256.Create(bits, bits), Vector256.Create(bits, bits));
            var bytes = Vector512.LoadUnsafe(ref block) | Vector512.Create((byte)0x20);
            var row = System.Runtime.Intrinsics.X86.Avx512BW.Shuffle(table, bytes & Vector512.Create((byte)0x0F));
            var high = System.Runtime.Intrinsics.X86.Avx512BW.Shuffle(bitTable, (bytes.AsUInt16() >>> 4).AsByte() & Vector512.Create((byte)0x0F));
            return ~Vector512.Equals(row & high, Vector512<byte>.Zero).ExtractMostSignificantBits();
        }

        ulong members = 0;
        for (var part = 0; part < 4; part++)
        {
            var bytes = Vector128.LoadUnsafe(ref block, (nuint)(part * 16)) | Vector128.Create((byte)0x20);
            var row = Vector128.Shuffle(Vector128.Create(_rows), bytes & Vector128.Create((byte)0x0F));
            var high = Vector128.Shuffle(
                Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0), (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0F));
            members |= (ulong)(~Vector128.Equals(row & high, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF) << (part * 16);
        }

        return members;
    }
}
