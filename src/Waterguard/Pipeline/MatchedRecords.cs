namespace Waterguard.Pipeline;

/// <summary>What leaves the hot path: copies of the records that matched something, and which rules. One a worker, emptied after each batch.</summary>
internal sealed class MatchedRecords
{
    private byte[] _bytes = new byte[64 * 1024];
    private int _used;
    private int[] _rules = new int[256];
    private int _ruleCount;
    private readonly List<Entry> _entries = [];

    /// <summary>How many matches there are, over all records.</summary>
    public int Count => _ruleCount;

    public byte[] Bytes => _bytes;

    public IReadOnlyList<Entry> Records => _entries;

    /// <summary>Numbers, in their plan, of the rules that a record matched.</summary>
    public ReadOnlySpan<int> RulesOf(Entry entry) => _rules.AsSpan(entry.FirstRule, entry.RuleCount);

    public void Add(FormPlan plan, ReadOnlySpan<int> rules, ReadOnlySpan<byte> record, Place place)
    {
        if (_bytes.Length - _used < record.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + record.Length));
        if (_rules.Length - _ruleCount < rules.Length) Array.Resize(ref _rules, Math.Max(_rules.Length * 2, _ruleCount + rules.Length));
        record.CopyTo(_bytes.AsSpan(_used));
        rules.CopyTo(_rules.AsSpan(_ruleCount));
        _entries.Add(new Entry(plan, _used, record.Length, place, _ruleCount, rules.Length));
        _used += record.Length;
        _ruleCount += rules.Length;
    }

    public void Clear()
    {
        _entries.Clear();
        (_used, _ruleCount) = (0, 0);
    }

    public readonly record struct Entry(FormPlan Plan, int Start, int Length, Place Place, int FirstRule, int RuleCount);
}
