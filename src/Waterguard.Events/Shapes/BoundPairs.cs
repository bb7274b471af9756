using System.Collections.Frozen;
using Waterguard.Events.Fields;

namespace Waterguard.Events.Shapes;

/// <summary>A list of names and values, with the slots of the names that somebody wants. Immutable; shared between workers.</summary>
internal sealed class BoundPairs
{
    private readonly int _nameSlot;
    private readonly int[] _valueSlots;
    private readonly int _array;
    private readonly FrozenDictionary<string, int[]> _wanted;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _byName;

    private BoundPairs(int nameSlot, int[] valueSlots, int array, FrozenDictionary<string, int[]> wanted)
    {
        (_nameSlot, _valueSlots, _array, _wanted) = (nameSlot, valueSlots, array, wanted);
        _byName = _wanted.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Slots that are read.</summary>
    public IEnumerable<int> Reads => _valueSlots.Append(_nameSlot);

    /// <summary>Gives the values of one record to the slots of their names. Names and values of the list come in the order of its elements, so that
    /// one pass over both does.</summary>
    public void Apply(EventBuffer fields)
    {
        if (fields.First(_nameSlot) < 0) return;
        foreach (var slot in _valueSlots)
        {
            var name = fields.First(_nameSlot);
            for (var value = fields.First(slot); value >= 0; value = fields.Next(value))
            {
                var element = ElementOf(fields, value);
                while (name >= 0 && fields[name].Element < element) name = fields.Next(name);
                // A second name in the same element shadows the first for some readers: the value goes by both.
                for (var one = name; one >= 0 && fields[one].Element == element; one = fields.Next(one))
                {
                    if (!_byName.TryGetValue(fields.Chars(one), out var targets)) continue;
                    foreach (var target in targets) fields.AddCopy(target, value);
                }
            }
        }
    }

    private int ElementOf(EventBuffer fields, int value)
    {
        var element = fields[value].Element;
        while (element >= 0 && fields.ArrayOf(element) != _array) element = fields.ParentOf(element);
        return element;
    }

    /// <summary>Collects the names that are wanted.</summary>
    internal sealed class Builder(PairMapping mapping)
    {
        private readonly FieldPath _prefix = FieldPath.Parse(mapping.Prefix);
        private readonly Dictionary<string, List<int>> _wanted = new(StringComparer.OrdinalIgnoreCase);

        public void Want(FieldPath path, int slot)
        {
            if (path.Segments.Length <= _prefix.Segments.Length || !path.StartsWith(_prefix)) return;
            var name = string.Join('.', path.Skip(_prefix.Segments.Length).Segments.Select(s => s.Name));
            if (!_wanted.TryGetValue(name, out var slots)) _wanted[name] = slots = [];
            if (!slots.Contains(slot)) slots.Add(slot);
        }

        /// <summary>Null when nobody wants any.</summary>
        public BoundPairs? Build(FieldTree.Builder tree)
        {
            if (_wanted.Count == 0) return null;
            var list = FieldPath.Parse(mapping.List);
            return new BoundPairs(
                tree.Slot(list.Then(FieldPath.Parse(mapping.Name))),
                [.. mapping.Values.Select(v => tree.Slot(list.Then(FieldPath.Parse(v))))],
                tree.ArrayId(list),
                _wanted.ToFrozenDictionary(w => w.Key, w => w.Value.ToArray(), StringComparer.OrdinalIgnoreCase));
        }
    }
}
