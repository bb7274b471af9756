using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Waterguard.Events.Fields;

namespace Waterguard.Detection.Matching;

/// <summary>Remembers which rules a value can make match by the dear tests of its slot: user agents, names and paths come again and again. One a worker; a fixed
/// size, the last one stays.</summary>
internal sealed class RowCache(int words, int slots)
{
    /// <summary>Longer values are not remembered.</summary>
    public const int MaxLength = 120;

    private const int Entries = 1024;
    private const int EntryBytes = 128; // 4 bytes slot and kind, 1 byte length + 1, the value
    private const int Trial = 512;
    private int _turn;
    private readonly int[] _asked = new int[slots];
    private readonly int[] _found = new int[slots];
    private readonly byte[] _keys = new byte[Entries * EntryBytes];
    private readonly ulong[] _rows = new ulong[Entries * words];

    /// <summary>Whether it pays for a slot: not where most values are new, as those of ids and paths with names are.</summary>
    public bool Pays(int slot) => _asked[slot] < Trial || _found[slot] * 4 >= _asked[slot] * 3;

    /// <summary>The row of a value, if it is remembered; else the empty place for it, which is the value's from now on.</summary>
    public bool TryFind(int slot, ValueKind kind, ReadOnlySpan<byte> value, out Span<ulong> row)
    {
        var owner = (slot << 3) | (int)kind;
        if (_asked[slot] < int.MaxValue / 8) _asked[slot]++;
        var entry = (int)(ValueHash.Of(owner, value) >> 54);
        if (!Holds(entry, owner, value))
        {
            // Two places: what is asked for often does not push out what is asked for as often.
            var other = entry ^ 1;
            if (!Holds(other, owner, value))
            {
                if ((_turn++ & 1) != 0) entry = other;
                var key = _keys.AsSpan(entry * EntryBytes, EntryBytes);
                Unsafe.WriteUnaligned(ref key[0], owner);
                key[4] = (byte)(value.Length + 1);
                value.CopyTo(key[5..]);
                row = _rows.AsSpan(entry * words, words);
                row.Clear();
                return false;
            }

            entry = other;
        }

        if (_asked[slot] < int.MaxValue / 8) _found[slot]++;
        row = _rows.AsSpan(entry * words, words);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Holds(int entry, int owner, ReadOnlySpan<byte> value)
    {
        ref var key = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_keys), entry * EntryBytes);
        return Unsafe.Add(ref key, 4) == value.Length + 1 && Unsafe.ReadUnaligned<int>(ref key) == owner
            && ValueHash.AreSame(ref Unsafe.Add(ref key, 5), ref MemoryMarshal.GetReference(value), value.Length);
    }
}
