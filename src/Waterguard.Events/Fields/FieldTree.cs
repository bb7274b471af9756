using System.Collections.Immutable;
using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>All paths that somebody needs from the records of one source form, as one tree: what one forward pass extracts.</summary>
/// <remarks>At each object the longest literal key that fits the rest of a path is found as well as the single ones (<c>id.orig_h</c> finds the
/// key <c>id.orig_h</c> and also id -> orig_h). Where a record holds both, both values are kept and the record counts as having duplicate keys.
/// Immutable; shared between workers.</remarks>
public sealed class FieldTree
{
    private FieldTree(FieldNode root, int slots, int nodes, ImmutableArray<string> names)
    {
        Root = root;
        SlotCount = slots;
        NodeCount = nodes;
        SlotNames = names;
    }

    /// <summary>How many different paths there are.</summary>
    public int SlotCount { get; }

    /// <summary>The path of each slot, for people.</summary>
    public ImmutableArray<string> SlotNames { get; }

    internal FieldNode Root { get; }

    internal int NodeCount { get; }

    /// <summary>Collects paths and gives each its slot.</summary>
    public sealed class Builder
    {
        private readonly List<FieldNode> _nodes = [];
        private readonly List<string> _names = [];
        private readonly FieldNode _root;

        /// <summary>An empty tree.</summary>
        public Builder() => _root = NewNode();

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

        /// <summary>Finishes the tree; the builder is not used afterwards.</summary>
        public FieldTree Build()
        {
            if (_nodes.Any(n => n.AnyChild is not null)) MergeAnyChildren(_root);
            JoinDottedKeys();
            foreach (var node in _nodes) node.Seal();
            return new FieldTree(_root, _names.Count, _nodes.Count, [.. _names]);
        }

        private FieldNode Node(FieldPath path) => path.Segments.Aggregate(_root, Step);

        private FieldNode Step(FieldNode node, PathSegment segment)
        {
            if (segment.IsAny) return node.AnyChild ??= NewNode();
            if (node.Child(segment.Name) is { } known) return known;
            var child = NewNode();
            node.Add(segment.Name, child);
            return child;
        }

        private FieldNode NewNode()
        {
            var node = new FieldNode(_nodes.Count);
            _nodes.Add(node);
            return node;
        }

        // A named child must also see what any child sees: its keys below are copied in, pointing to the same slots.
        private void MergeAnyChildren(FieldNode node)
        {
            if (node.AnyChild is { } any)
            {
                foreach (var (_, child) in node.Children.ToArray()) Copy(any, child);
                MergeAnyChildren(any);
            }

            foreach (var (_, child) in node.Children.ToArray()) MergeAnyChildren(child);
        }

        private void Copy(FieldNode from, FieldNode to)
        {
            if (to.Slot < 0) to.Slot = from.Slot;
            foreach (var (key, child) in from.Children.ToArray())
            {
                var name = Encoding.UTF8.GetString(key);
                if (to.Child(name) is { } known) Copy(child, known);
                else to.Add(name, child);
            }
        }

        // "a.b" as one key leads where a -> b leads. Descendants are joined bottom-up, so that every split of a path is found.
        private void JoinDottedKeys()
        {
            foreach (var node in _nodes.ToArray())
            {
                var joined = new List<(string Key, FieldNode Node)>();
                foreach (var (key, child) in node.Children) Descend(Encoding.UTF8.GetString(key), child, 1, joined);
                foreach (var (key, child) in joined)
                {
                    if (node.Child(key) is null) node.Add(key, child);
                }
            }
        }

        private static void Descend(string prefix, FieldNode node, int depth, List<(string Key, FieldNode Node)> into)
        {
            if (depth > 12) return;
            foreach (var (key, child) in node.Children.ToArray())
            {
                var name = Encoding.UTF8.GetString(key);
                var joined = prefix + "." + name;
                into.Add((joined, child));
                Descend(joined, child, depth + 1, into);
            }
        }
    }
}

/// <summary>One element of one array, by index; negative indexes count from the end.</summary>
public readonly record struct ElementIndex(int ArrayId, int Index);
