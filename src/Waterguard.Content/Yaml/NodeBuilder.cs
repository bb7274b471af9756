using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Waterguard.Content.Yaml;

/// <summary>Turns the parser's events into nodes, document by document, within the limits.</summary>
internal sealed class NodeBuilder(string fileName, int firstLine, TextReader reader, YamlLimits limits, DiagnosticBag bag)
{
    private readonly Parser _parser = new(new Scanner(reader, skipComments: true));
    private readonly Dictionary<string, Anchored> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private int _errorsBefore;

    private readonly record struct Anchored(YamlNode Node, int Nodes, int Height);

    /// <summary>The line (0-based, in the file) on which a limit ended the reading; -1 while none did.</summary>
    public int StoppedAt { get; private set; } = -1;

    /// <summary>The line (0-based, in the file) on which the current document starts.</summary>
    public int DocumentLine { get; private set; } = -1;

    public YamlDocument? Next()
    {
        while (StoppedAt < 0 && _parser.MoveNext())
        {
            if (_parser.Current is not DocumentStart start)
                continue;
            DocumentLine = LocationOf(start.Start).Line - 1;
            _anchors.Clear();
            _nodes = 0;
            _errorsBefore = bag.ErrorCount;
            _parser.MoveNext();
            var root = Read(1, out _);
            if (root is null || root is YamlScalar { Kind: ScalarKind.Null })
                continue;
            return new YamlDocument(root, bag.ErrorCount == _errorsBefore);
        }
        return null;
    }

    public SourceLocation LocationOf(Mark mark) => new(fileName, (int)mark.Line + firstLine, (int)mark.Column);

    /// <summary>Reads the node that starts at the current event and leaves the parser on its last event. Null once a limit was hit.</summary>
    private YamlNode? Read(int depth, out int height)
    {
        height = 1;
        if (_parser.Current is not { } current)
            return null;
        var at = LocationOf(current.Start);
        if (++_nodes > limits.MaxNodes)
            return Stop(ContentCodes.TooManyNodes, at, $"The document has more than {limits.MaxNodes} nodes.");
        if (depth > limits.MaxDepth)
            return Stop(ContentCodes.TooDeep, at, $"The document is nested deeper than {limits.MaxDepth} levels.");
        if (current is AnchorAlias alias)
            return Follow(alias, at, depth, out height);

        var nodesBefore = _nodes;
        YamlNode? node = current switch
        {
            Scalar scalar => new YamlScalar(at, scalar.Value, StyleOf(scalar)),
            SequenceStart => ReadSequence(at, depth, out height),
            MappingStart => ReadMapping(at, depth, out height),
            _ => null,
        };
        if (node is not null && current is NodeEvent { Anchor: { IsEmpty: false } anchor })
            _anchors[anchor.Value] = new(node, _nodes - nodesBefore + 1, height);
        return node;
    }

    private YamlSequence? ReadSequence(SourceLocation at, int depth, out int height)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        height = 1;
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            if (Read(depth + 1, out var below) is not { } item)
                return null;
            items.Add(item);
            height = Math.Max(height, below + 1);
        }
        return new YamlSequence(at, items.ToImmutable());
    }

    private YamlMapping? ReadMapping(SourceLocation at, int depth, out int height)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<YamlMapping>? merged = null;
        height = 1;
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (Read(depth + 1, out _) is not { } key || !_parser.MoveNext() || Read(depth + 1, out var below) is not { } value)
                return null;
            height = Math.Max(height, below + 1);
            if (key is not YamlScalar name)
                bag.Error(ContentCodes.KeyNotText, key.Location, "A key must be a plain text.");
            else if (name is { Style: ScalarStyle.Plain, Text: "<<" } && TryMerge(value, ref merged))
                continue;
            else if (!names.Add(name.Text))
                bag.Error(ContentCodes.DuplicateKey, name.Location, $"The key '{name.Text}' is here twice.");
            else
                entries.Add(new(name, value));
        }
        foreach (var entry in merged?.SelectMany(m => m.Entries) ?? [])
        {
            if (names.Add(entry.Name))
                entries.Add(entry);
        }
        return new YamlMapping(at, entries.ToImmutable());
    }

    private static bool TryMerge(YamlNode value, ref List<YamlMapping>? merged)
    {
        switch (value)
        {
            case YamlMapping mapping:
                (merged ??= []).Add(mapping);
                return true;
            case YamlSequence sequence when sequence.Items.All(i => i is YamlMapping):
                (merged ??= []).AddRange(sequence.Items.Cast<YamlMapping>());
                return true;
            default:
                return false;
        }
    }

    private YamlNode? Follow(AnchorAlias alias, SourceLocation at, int depth, out int height)
    {
        height = 1;
        if (!_anchors.TryGetValue(alias.Value.Value, out var target))
        {
            bag.Error(ContentCodes.UnknownAlias, at, $"There is no anchor '{alias.Value.Value}' before this alias.");
            return new YamlScalar(at, "", ScalarStyle.Plain);
        }
        height = target.Height;
        _nodes += target.Nodes;
        if (_nodes > limits.MaxNodes)
            return Stop(ContentCodes.TooManyNodes, at, $"The document has more than {limits.MaxNodes} nodes, aliases followed.");
        if (depth + height - 1 > limits.MaxDepth)
            return Stop(ContentCodes.TooDeep, at, $"The document is nested deeper than {limits.MaxDepth} levels, aliases followed.");
        return target.Node;
    }

    private YamlNode? Stop(string code, SourceLocation at, string message)
    {
        if (StoppedAt < 0)
            bag.Error(code, at, message);
        StoppedAt = at.Line - 1;
        return null;
    }

    private static ScalarStyle StyleOf(Scalar scalar) => scalar.Style switch
    {
        YamlDotNet.Core.ScalarStyle.Plain when scalar.Tag.IsEmpty => ScalarStyle.Plain,
        YamlDotNet.Core.ScalarStyle.Literal or YamlDotNet.Core.ScalarStyle.Folded => ScalarStyle.Block,
        _ => ScalarStyle.Quoted,
    };
}
