using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Events.Fields;

namespace Waterguard.Events.Shapes;

/// <summary>Where the values of one name are in the records of one form.</summary>
/// <param name="Name">As a rule writes it.</param>
/// <param name="Tiers">Raw paths first, then mapped ones: the first tier that has any value in a record speaks for the name.</param>
public sealed record FieldBinding(string Name, ImmutableArray<ImmutableArray<SlotBinding>> Tiers)
{
    /// <summary>Slots of all tiers.</summary>
    public IEnumerable<SlotBinding> Slots => Tiers.SelectMany(t => t);
}

/// <summary>One slot that holds values of a name.</summary>
/// <param name="Slot">Number in the <see cref="FieldTree"/>; -1 for a constant.</param>
/// <param name="Indexes">Elements that the value must belong to.</param>
/// <param name="Values">Raw -> mapped value; null: as they are.</param>
/// <param name="Constant">The value, where every record has the same.</param>
public sealed record SlotBinding(int Slot, ImmutableArray<ElementIndex> Indexes, ImmutableDictionary<string, string>? Values, string? Constant)
{
    /// <summary>Whether a value of the slot belongs to the name.</summary>
    public bool Includes(EventBuffer fields, int value)
    {
        foreach (var wanted in Indexes)
        {
            var element = fields[value].Element;
            while (element >= 0 && fields.ArrayOf(element) != wanted.ArrayId) element = fields.ParentOf(element);
            if (element < 0 || !fields.HasIndex(element, wanted.Index)) return false;
        }

        return true;
    }
}

/// <summary>A form together with the tree of everything that is needed from its records. Immutable; shared between workers.</summary>
public sealed class EventLayout
{
    private readonly ImmutableDictionary<string, FieldBinding> _bindings;

    private readonly ImmutableArray<BoundPairs> _pairs;

    private EventLayout(EventShape shape, FieldTree tree, ImmutableDictionary<string, FieldBinding> bindings, ImmutableArray<BoundPairs> pairs, ImmutableArray<BoundDerivation> derivations)
    {
        _pairs = pairs;
        Shape = shape;
        Tree = tree;
        _bindings = bindings;
        Derivations = derivations;
    }

    /// <summary>The form.</summary>
    public EventShape Shape { get; }

    /// <summary>The paths to extract.</summary>
    public FieldTree Tree { get; }

    /// <summary>Derived fields, to be filled in after extraction.</summary>
    public ImmutableArray<BoundDerivation> Derivations { get; }

    /// <summary>The name under which rules ask whether the record has some key twice in the same object.</summary>
    public const string DuplicateKeysName = "waterguard.duplicate_keys";

    /// <summary>Fills in what the record does not say itself: the values of lists under their names, derived fields, and whether it has duplicate keys.</summary>
    public void Complete(EventBuffer fields)
    {
        foreach (var pairs in _pairs) pairs.Apply(fields);
        foreach (var derivation in Derivations) derivation.Apply(fields);
        CompleteBodies(fields);
    }

    /// <summary>The same for what was only known after the bodies were read: nothing is derived from those.</summary>
    public void CompleteBodies(EventBuffer fields)
    {
        if (fields.HasDuplicateKeys && Find(DuplicateKeysName) is { } binding && fields.First(binding.Tiers[0][0].Slot) < 0) fields.AddText(binding.Tiers[0][0].Slot, "true");
    }

    /// <summary>Where a name's values are; null when nobody asked for the name when the layout was built.</summary>
    public FieldBinding? Find(string name) => _bindings.GetValueOrDefault(name);

    /// <summary>Collects the names that somebody needs and says where their values will be.</summary>
    public sealed class Builder(EventShape shape)
    {
        private readonly FieldTree.Builder _tree = new();
        private readonly Dictionary<string, FieldBinding> _bindings = new(StringComparer.Ordinal);
        private readonly BoundPairs.Builder[] _pairs = [.. shape.Pairs.Select(p => new BoundPairs.Builder(p))];
        private readonly HashSet<int> _atOnce = [];
        private readonly HashSet<string> _derived = new(
            shape.Derive.SelectMany(d => new Regex(d.Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1)).GetGroupNames())
                .Where(n => !char.IsAsciiDigit(n[0])).Select(GroupField), StringComparer.Ordinal);

        /// <summary>The form that the layout is for.</summary>
        public EventShape Shape => shape;

        /// <summary>Names that are cut out of other fields.</summary>
        public IReadOnlyCollection<string> DerivedFields => _derived;

        /// <summary>Where the values of a name will be.</summary>
        public FieldBinding Bind(string name)
        {
            if (_bindings.TryGetValue(name, out var known)) return known;
            var tiers = ImmutableArray.CreateBuilder<ImmutableArray<SlotBinding>>();
            ImmutableArray<SlotBinding> raw = [.. RawPaths(name).Select(p => Slot(p, null))];
            if (Mapping(name) is not { } mapped) tiers.Add(raw);
            else if (IsBelowItself(name)) tiers.Add([.. raw.Concat(mapped).DistinctBy(s => s.Slot)]);
            else tiers.AddRange(raw, mapped);
            var binding = new FieldBinding(name, tiers.ToImmutable());
            _bindings[name] = binding;
            return binding;
        }

        /// <summary>The same for a name whose values are wanted of every record, matched or not.</summary>
        public FieldBinding BindAtOnce(string name)
        {
            var binding = Bind(name);
            _atOnce.UnionWith(binding.Slots.Select(s => s.Slot));
            return binding;
        }

        /// <summary>The numbers of the arrays that a quantifier's name stands for.</summary>
        public ImmutableArray<(int ArrayId, string Path)> Arrays(string name)
        {
            var paths = shape.Scopes.TryGetValue(name, out var scope) ? scope : [.. RawPaths(name).Select(p => p.ToString())];
            if (shape.Map.TryGetValue(name, out var mapping)) paths = paths.AddRange(mapping.Paths);
            return [.. paths.Select(p => (_tree.ArrayId(FieldPath.Parse(p)), p))];
        }

        /// <summary>Finishes the layout; the builder is not used afterwards.</summary>
        public EventLayout Build()
        {
            var derivations = shape.Derive
                .Select(d => new BoundDerivation(_tree.Slot(FieldPath.Parse(d.From)), d.Pattern, name => _bindings.ContainsKey(name) || _derived.Contains(name) ? _tree.Slot(FieldPath.Parse(name)) : -1))
                .ToImmutableArray();
            var pairs = _pairs.Select(p => p.Build(_tree)).OfType<BoundPairs>().ToImmutableArray();
            _atOnce.UnionWith(shape.Derive.Select(d => _tree.Slot(FieldPath.Parse(d.From))));
            _atOnce.UnionWith(pairs.SelectMany(p => p.Reads));
            foreach (var body in shape.Bodies) _tree.MarkBody(FieldPath.Parse(body), _atOnce);
            return new EventLayout(shape, _tree.Build(), _bindings.ToImmutableDictionary(StringComparer.Ordinal), pairs, derivations);
        }

        internal static string GroupField(string group) => group.Replace("__", ".", StringComparison.Ordinal);

        // Raw names: as they are, below each root, and below what a prefix stands for.
        private IEnumerable<FieldPath> RawPaths(string name)
        {
            var path = FieldPath.Parse(name);
            yield return path;
            foreach (var root in shape.Roots) yield return FieldPath.Parse(root).Then(path);
            foreach (var prefix in shape.Prefixes)
            {
                var from = FieldPath.Parse(prefix.From);
                if (path.StartsWith(from)) yield return FieldPath.Parse(prefix.To).Then(path.Skip(from.Segments.Length));
            }
        }

        private ImmutableArray<SlotBinding>? Mapping(string name)
        {
            if (!shape.Map.TryGetValue(name, out var mapping)) return null;
            if (mapping.Constant is { } constant) return [new SlotBinding(-1, [], null, constant)];
            return [.. mapping.Paths.SelectMany(RawPaths).Select(p => Slot(p, mapping.Values))];
        }

        // An object or an array of objects has no text of its own: a name mapped to what lies below it means that as well.
        private bool IsBelowItself(string name) =>
            shape.Map[name].Paths is { IsEmpty: false } paths && FieldPath.Parse(name) is var self && paths.All(p => FieldPath.Parse(p).StartsWith(self));

        private SlotBinding Slot(FieldPath path, ImmutableDictionary<string, string>? values)
        {
            var slot = _tree.Slot(path);
            foreach (var pairs in _pairs) pairs.Want(path, slot);
            return new SlotBinding(slot, path.HasIndex ? _tree.Indexes(path) : [], values, null);
        }
    }
}
