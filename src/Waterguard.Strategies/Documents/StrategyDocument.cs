using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Strategies.Claims;

namespace Waterguard.Strategies.Documents;

/// <summary>An ADS document: its front matter, its sections, and the claims that its sentences are bound by. Immutable.</summary>
/// <param name="Headings">All headings at the level of sections, in the order written; those that the framework does not have with a null section.</param>
public sealed record StrategyDocument(string File, FrontMatter Front, string Title, ImmutableArray<DocumentSection> Headings)
{
    /// <summary>All claims, in the order written.</summary>
    public IEnumerable<Claim> Claims => Headings.SelectMany(s => s.Units).Select(u => u.Claim).OfType<Claim>();

    /// <summary>The section, or null where the document lacks it.</summary>
    public DocumentSection? Section(AdsSection section) => Headings.FirstOrDefault(s => s.Section == section);

    /// <summary>The sentences of the goal that detections may name: the list's items.</summary>
    public IEnumerable<string> GoalSentences => Section(AdsSection.Goal)?.Units.Where(u => u.Kind == BlockKind.Item).Select(u => u.Text) ?? [];
}

/// <summary>A heading and what stands under it.</summary>
public sealed record DocumentSection(AdsSection? Section, string Title, SourceLocation Location, ImmutableArray<DocumentUnit> Units);

/// <summary>A paragraph, item, table or piece of code, and the claim that stands after it.</summary>
public sealed record DocumentUnit(BlockKind Kind, string Text, SourceLocation Location, int Level, Claim? Claim)
{
    /// <summary>The sentences that claim something.</summary>
    public ImmutableArray<string> Sentences { get; } = Kind switch
    {
        BlockKind.Paragraph or BlockKind.Item => Documents.Sentences.Of(Text),
        BlockKind.Table => [Text],
        _ => [],
    };
}
