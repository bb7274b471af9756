namespace Waterguard.Detection.Matching;

/// <summary>Rows by four folded bytes at one end of a text.</summary>
internal sealed class GramRows
{
    private readonly Dictionary<uint, ulong[]> _rows = [];
    private System.Collections.Frozen.FrozenDictionary<uint, ulong[]>? _sealed;

    public static uint First(ReadOnlySpan<byte> text) => BitConverter.ToUInt32(text) | 0x2020_2020u;

    public static uint Last(ReadOnlySpan<byte> text) => BitConverter.ToUInt32(text[^4..]) | 0x2020_2020u;

    public ulong[] Row(uint gram, int words) => _rows.TryGetValue(gram, out var row) ? row : _rows[gram] = new ulong[words];

    public void Seal() => _sealed = _rows.Count == 0 ? null : System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(_rows);

    public ulong[]? Find(uint gram) => _sealed is not null && _sealed.TryGetValue(gram, out var row) ? row : null;
}
