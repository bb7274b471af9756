namespace Waterguard.Content.Yaml;

/// <summary>Bounds that keep a hostile file from costing more than its share.</summary>
/// <param name="MaxCharacters">Longest file. Default 4 million characters.</param>
/// <param name="MaxDepth">Deepest nesting, through aliases too. Default 64.</param>
/// <param name="MaxNodes">Most nodes in a document, an aliased node counted each time. Default 200,000.</param>
public sealed record YamlLimits(int MaxCharacters = 4_000_000, int MaxDepth = 64, int MaxNodes = 200_000)
{
    /// <summary>The defaults.</summary>
    public static YamlLimits Default { get; } = new();
}
