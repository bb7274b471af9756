using System.Runtime.CompilerServices;

namespace Waterguard.Detection.Matching;

/// <summary>Remembers what dear tests said of values: user agents, paths and names come again and again. One a worker; a fixed size, the last one stays.</summary>
internal sealed class AnswerCache
{
    /// <summary>Longer values are not remembered.</summary>
    public const int MaxLength = 120;

    private const int Entries = 1024;
    private const int EntryBytes = 128;
    private readonly byte[] _entries = new byte[Entries * EntryBytes]; // 4 bytes test, 1 byte length + 1, 1 byte answer, the value

    /// <summary>The answer of a test on an equal value, if it is remembered; else where to put it.</summary>
    public bool TryFind(int test, ReadOnlySpan<byte> value, out bool answer, out int place)
    {
        place = (int)(ValueHash.Of(test, value) >> 54) * EntryBytes;
        var entry = _entries.AsSpan(place, EntryBytes);
        answer = entry[5] != 0;
        return entry[4] == value.Length + 1 && Unsafe.ReadUnaligned<int>(ref entry[0]) == test && ValueHash.AreSame(ref entry[6], ref System.Runtime.InteropServices.MemoryMarshal.GetReference(value), value.Length);
    }

    public bool Put(int place, int test, ReadOnlySpan<byte> value, bool answer)
    {
        var entry = _entries.AsSpan(place, EntryBytes);
        Unsafe.WriteUnaligned(ref entry[0], test);
        entry[4] = (byte)(value.Length + 1);
        entry[5] = answer ? (byte)1 : (byte)0;
        value.CopyTo(entry[6..]);
        return answer;
    }
}
