using System.Collections.Immutable;

namespace Waterguard.Events.Fields;

/// <summary>All paths that somebody needs from the records of one source form, as one tree: what one forward pass extracts.</summary>
/// <remarks>At each object the longest literal key that fits the rest of a path is found as well as the single ones (<c>id.orig_h</c> finds the
/// key <c>id.orig_h</c> and also id -> orig_h). Where a record holds both, both values are kept and the record counts as having duplicate keys.
/// Immutable; shared between workers.</remarks>
public sealed class FieldTree
{
    private FieldTree(FieldNode root, int nodes, ImmutableArray<string> names, ImmutableArray<bool> inBodies)
    {
        InBodies = inBodies;
        Root = root;
        SlotCount = names.Length;
        NodeCount = nodes;
        SlotNames = names;
    }

    /// <summary>How many different paths there are.</summary>
    public int SlotCount { get; }

    /// <summary>The path of each slot, for people.</summary>
    public ImmutableArray<string> SlotNames { get; }

    /// <summary>By slot: whether it lies in a body, which may be left until somebody needs it.</summary>
    public ImmutableArray<bool> InBodies { get; }

    internal FieldNode Root { get; }

    internal int NodeCount { get; }

    /// <summary>Collects paths and gives each its slot.</summary>
    public sealed class Builder
    {
        private readonly List<FieldNode> _nodes = [];
        private readonly List<string> _names = [];
        private readonly FieldNode _root;

        /// <summary>An empty tree.</summary>
        public Builder() => _root = NewNode(isAny: false, ValueFlags.None);

        /// <summary>The slot of a path (indexes apart: those are judged on the values' elements), the same one for the same path.</summary>
        public int Slot(FieldPath path)
        {
            var node = Node(path);
            if (node.Slot < 0)
            {
                node.Slot = _names.Count;
                _names.Add(path.ToString());
            }

            return node.Slot;
        }

        /// <summary>The number by which elements of the array at <paramref name="path"/> are known.</summary>
        public int ArrayId(FieldPath path) => Node(path).Id;

        /// <summary>Numbers of the arrays on the way that the path picks an element of, with the index wanted.</summary>
        public ImmutableArray<ElementIndex> Indexes(FieldPath path)
        {
            var node = _root;
            var found = ImmutableArray.CreateBuilder<ElementIndex>();
            foreach (var segment in path.Segments)
            {
                node = Step(node, segment);
                if (segment.Index is { } index) found.Add(new ElementIndex(node.Id, index));
            }

            return found.ToImmutable();
        }

        /// <summary>Lets what lies below a path be left until somebody needs it; not where one of these slots does.</summary>
        public void MarkBody(FieldPath path, IReadOnlySet<int> neededAtOnce)
        {
            var node = Node(path);
            node.IsBody = !node.Slots().Overlaps(neededAtOnce);
        }

        /// <summary>Finishes the tree; the builder is not used afterwards.</summary>
        public FieldTree Build()
        {
            JoinDottedKeys();
            JoinAnyChildren();
            foreach (var node in _nodes) node.Seal();
            var inBodies = new bool[_names.Count];
            foreach (var slot in _nodes.Where(n => n.IsBody).SelectMany(n => n.Slots())) inBodies[slot] = true;
            return new FieldTree(_root, _nodes.Count, [.. _names], [.. inBodies]);
        }

        private FieldNode Node(FieldPath path) => path.Segments.Aggregate(_root, Step);

        private FieldNode Step(FieldNode node, PathSegment segment)
        {
            if (segment.IsAny) return node.AnyChild ??= NewNode(isAny: true, ValueFlags.Plural);
            if (node.Child(segment.Name) is { } known) return known;
            var child = NewNode(isAny: false, node.Flags);
            node.Add(segment.Name, child);
            return child;
        }

        private FieldNode NewNode(bool isAny, ValueFlags flags)
        {
            var node = new FieldNode(_nodes.Count) { IsAny = isAny, Flags = flags };
            _nodes.Add(node);
            return node;
        }

        // "a.b" as one key leads where a -> b leads, beside what is asked of that very key. Only the paths as they were asked for are
        // joined here: what is joined further down is joined at its own node.
        private void JoinDottedKeys()
        {
            var joined = new List<(FieldNode At, string Key, FieldNode Node)>();
            foreach (var node in _nodes)
            {
                foreach (var (key, child) in node.Children) Descend(node, key, child, 1, joined);
            }

            foreach (var (at, key, node) in joined) at.Add(key, node);
        }

        // What is asked of any key is asked of the named ones too.
        private void JoinAnyChildren()
        {
            foreach (var node in _nodes.Where(n => n.AnyChild is not null))
            {
                foreach (var (key, _) in node.Children.ToArray()) node.Add(key, node.AnyChild!);
            }
        }

        private static void Descend(FieldNode at, string prefix, FieldNode node, int depth, List<(FieldNode At, string Key, FieldNode Node)> into)
        {
            if (depth > 12) return;
            foreach (var (key, child) in node.Children)
            {
                var joined = prefix + "." + key;
                into.Add((at, joined, child));
                Descend(at, joined, child, depth + 1, into);
            }
        }
    }
}

/// <summary>One element of one array, by index; negative indexes count from the end.</summary>
public readonly record struct ElementIndex(int ArrayId, int Index);
