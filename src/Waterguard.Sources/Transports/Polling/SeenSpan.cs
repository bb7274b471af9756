using System.Buffers.Binary;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>What was seen of one span of time, and is on disk with the records themselves: the position of a partition.</summary>
internal sealed class SeenSpan
{
    private const string Version = "seen1:";
    private const int Size = 16;

    // A span of ten minutes with so many records is a flood; then the oldest are forgotten, and that is counted.
    private const int Most = 131_072;

    private readonly HashSet<UInt128> _known = [];
    private readonly List<UInt128> _order = [];

    public long Used { get; set; }

    public bool Knows(UInt128 hash) => _known.Contains(hash);

    /// <summary>Remembers; gives how many had to be forgotten for it.</summary>
    public int Add(IReadOnlyList<UInt128> hashes)
    {
        foreach (var hash in hashes)
        {
            if (_known.Add(hash)) _order.Add(hash);
        }

        if (_order.Count <= Most) return 0;
        var over = _order.Count - (Most / 2);
        foreach (var hash in _order.Take(over)) _known.Remove(hash);
        _order.RemoveRange(0, over);
        return over;
    }

    /// <summary>Takes back what could not be handed over.</summary>
    public void Remove(IReadOnlyList<UInt128> hashes)
    {
        _known.ExceptWith(hashes);
        _order.RemoveAll(h => !_known.Contains(h));
    }

    /// <summary>Null: not of this kind, of a newer version, or damaged.</summary>
    public static SeenSpan? Parse(string text)
    {
        if (!text.StartsWith(Version, StringComparison.Ordinal)) return null;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text.AsSpan(Version.Length), bytes, out var length) || length % Size != 0) return null;
        var span = new SeenSpan();
        for (var at = 0; at < length; at += Size)
        {
            var hash = BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(at));
            if (span._known.Add(hash)) span._order.Add(hash);
        }

        return span;
    }

    public override string ToString()
    {
        var bytes = new byte[_order.Count * Size];
        for (var i = 0; i < _order.Count; i++) BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(i * Size), _order[i]);
        return Version + Convert.ToBase64String(bytes);
    }
}
