using Waterguard.Content;

namespace Waterguard.Strategies.Documents;

/// <summary>What a block of a document is.</summary>
public enum BlockKind
{
    /// <summary>A heading.</summary>
    Heading,

    /// <summary>Running text.</summary>
    Paragraph,

    /// <summary>A list's item, without those inside it.</summary>
    Item,

    /// <summary>A table, a row on each line.</summary>
    Table,

    /// <summary>Code, which claims nothing.</summary>
    Code,

    /// <summary>An HTML comment: what stands between its marks.</summary>
    Comment,
}

/// <summary>A block of a document, its lines joined where it is text.</summary>
/// <param name="Level">Of a heading 1 to 6; of an item how far it is indented.</param>
public sealed record MarkdownBlock(BlockKind Kind, string Text, SourceLocation Location, int Level);
