using System.Runtime.CompilerServices;
using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>One object level of the tree of needed paths: which keys matter there, and what to do with their values.</summary>
/// <remarks>Immutable once <see cref="Seal"/> was called; then shared between workers.</remarks>
internal sealed class FieldNode(int id)
{
    private readonly Dictionary<string, FieldNode> _children = new(StringComparer.Ordinal);
    private Entry[] _table = [];
    private int _shift;

    /// <summary>Number within the tree, by which array elements remember what they are elements of.</summary>
    public int Id { get; } = id;

    /// <summary>Where the value goes, or -1 when only values below are needed.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>What any key leads to, also one that is a child's.</summary>
    public FieldNode? AnyChild { get; set; }

    /// <summary>Whether what lies below may be left until somebody needs it.</summary>
    public bool IsBody { get; set; }

    /// <summary>Whether any key leads here: then several of one object do, and none is a repetition.</summary>
    public bool IsAny { get; init; }

    /// <summary>What every value of the node is marked with: <see cref="ValueFlags.Plural"/> at and below any key.</summary>
    public ValueFlags Flags { get; init; }

    public bool HasChildren { get; private set; }

    /// <summary>Several places of the tree that one key leads to: its value is read for each of them. Null for an ordinary node.</summary>
    public FieldNode[]? Together { get; private init; }

    public IEnumerable<KeyValuePair<string, FieldNode>> Children => _children;

    public FieldNode? Child(string key) => _children.GetValueOrDefault(key);

    /// <summary>Slots of the node and of everything below it.</summary>
    public HashSet<int> Slots()
    {
        var slots = new HashSet<int>();
        var seen = new HashSet<FieldNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<FieldNode>([this]);
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (node.Slot >= 0) slots.Add(node.Slot);
            foreach (var child in node._children.Values.Concat(node.Together ?? [])) open.Push(child);
            if (node.AnyChild is { } any) open.Push(any);
        }

        return slots;
    }

    /// <summary>Lets a key lead to a node, beside where it leads already.</summary>
    public void Add(string key, FieldNode node)
    {
        if (!_children.TryGetValue(key, out var known))
        {
            _children.Add(key, node);
            return;
        }

        var together = known.Together ?? [known];
        if (!together.Contains(node)) _children[key] = new FieldNode(-1) { Together = [.. together, node] };
    }

    /// <summary>Builds the look-up table: open addressing over the first eight bytes and the length of a key.</summary>
    public void Seal()
    {
        HasChildren = _children.Count > 0 || AnyChild is not null;
        var size = 4;
        while (size < _children.Count * 4) size *= 2;
        _shift = 64 - System.Numerics.BitOperations.Log2((uint)size);
        _table = new Entry[size];
        foreach (var (name, node) in _children)
        {
            var key = Encoding.UTF8.GetBytes(name);
            var prefix = Prefix(key);
            var at = Hash(prefix, key.Length) >> _shift;
            while (_table[at].Key is not null) at = (at + 1) & (ulong)(size - 1);
            _table[at] = new Entry { Prefix = prefix, Key = key, Node = node };
        }
    }

    /// <summary>The child for a key, or null when nobody needs it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldNode? Find(ReadOnlySpan<byte> key)
    {
        var prefix = Prefix(key);
        var table = _table;
        var at = Hash(prefix, key.Length) >> _shift;
        while (true)
        {
            ref var entry = ref table[at];
            if (entry.Key is null) return AnyChild;
            if (entry.Prefix == prefix && entry.Key.Length == key.Length && (key.Length <= 8 || key[8..].SequenceEqual(entry.Key.AsSpan(8)))) return entry.Node;
            at = (at + 1) & (ulong)(table.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Prefix(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8) return Unsafe.ReadUnaligned<ulong>(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(key));
        ref var first = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(key);
        if (key.Length >= 4)
        {
            return Unsafe.ReadUnaligned<uint>(ref first) | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, key.Length - 4)) << 32);
        }

        if (key.Length == 0) return 0;
        return first | ((ulong)Unsafe.Add(ref first, key.Length >> 1) << 8) | ((ulong)Unsafe.Add(ref first, key.Length - 1) << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong prefix, int length) => (prefix ^ (ulong)(uint)length) * 0x9E37_79B9_7F4A_7C15;

    private struct Entry
    {
        public ulong Prefix;
        public byte[]? Key;
        public FieldNode Node;
    }
}
