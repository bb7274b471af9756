using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Waterguard.Content.Yaml;

/// <summary>A node of a YAML document, with its place in the file. Immutable; an aliased node is shared, not copied.</summary>
public abstract class YamlNode(SourceLocation location)
{
    /// <summary>Where it starts.</summary>
    public SourceLocation Location { get; } = location;
}

/// <summary>A list.</summary>
public sealed class YamlSequence(SourceLocation location, ImmutableArray<YamlNode> items) : YamlNode(location)
{
    /// <summary>The items in the order written.</summary>
    public ImmutableArray<YamlNode> Items { get; } = items;
}

/// <summary>A key and its value.</summary>
public readonly record struct YamlEntry(YamlScalar Key, YamlNode Value)
{
    /// <summary>The key's text.</summary>
    public string Name => Key.Text;
}

/// <summary>A mapping; its keys are unique and keep their order.</summary>
public sealed class YamlMapping(SourceLocation location, ImmutableArray<YamlEntry> entries) : YamlNode(location)
{
    /// <summary>The entries in the order written.</summary>
    public ImmutableArray<YamlEntry> Entries { get; } = entries;

    /// <summary>The value of the key, or null where the key is missing.</summary>
    public YamlNode? this[string name] => TryGet(name, out var value) ? value : null;

    /// <summary>Finds the value of a key.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out YamlNode? value)
    {
        foreach (var entry in Entries)
        {
            if (!string.Equals(entry.Name, name, StringComparison.Ordinal))
                continue;
            value = entry.Value;
            return true;
        }
        value = null;
        return false;
    }
}

/// <summary>One document of a file.</summary>
/// <param name="Sound">False where an error was found in it; what could be read of it is there, so that its other errors can be told too.</param>
public sealed record YamlDocument(YamlNode Root, bool Sound);
