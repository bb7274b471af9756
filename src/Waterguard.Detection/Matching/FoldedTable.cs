using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>Looks up UTF-8 texts without regard to case. Written once, then sealed and shared.</summary>
internal sealed class FoldedTable<T>
{
    private readonly List<(byte[] Text, T Value)> _entries = [];
    private int[] _slots = [];
    private ulong _lengths; // bit (length & 63): most misses end here

    public int Count => _entries.Count;

    public void Add(byte[] text, T value) => _entries.Add((text, value));

    public void Seal()
    {
        var size = 4;
        while (size < _entries.Count * 3) size *= 2;
        _slots = new int[size];
        for (var i = 0; i < _entries.Count; i++)
        {
            var text = _entries[i].Text;
            _lengths |= 1UL << text.Length;
            if (!Ascii.IsValid(text)) _lengths = ulong.MaxValue;
            var at = Hash(text) & (uint)(size - 1);
            while (_slots[at] != 0) at = (at + 1) & (uint)(size - 1);
            _slots[at] = i + 1;
        }
    }

    public bool TryFind(ReadOnlySpan<byte> text, out T value)
    {
        if ((_lengths >> text.Length & 1) != 0)
        {
            var mask = (uint)(_slots.Length - 1);
            for (var at = Hash(text) & mask; _slots[at] != 0; at = (at + 1) & mask)
            {
                var entry = _entries[_slots[at] - 1];
                if (FoldedText.EqualsIgnoreCase(entry.Text, text))
                {
                    value = entry.Value;
                    return true;
                }
            }
        }

        value = default!;
        return false;
    }

    // Texts that are not ASCII fold in ways that bytes do not show: they share one chain.
    private static uint Hash(ReadOnlySpan<byte> text) => Ascii.IsValid(text) ? FoldedText.Hash(text) : 0x5EED_C0DE;
}
