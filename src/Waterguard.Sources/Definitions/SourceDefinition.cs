using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Definitions;

/// <summary>One source, as its file describes it. Immutable.</summary>
/// <param name="Name"><c>product.service</c>.</param>
/// <param name="Forms">The ways in which its records come, in the order in which they are tried.</param>
/// <param name="Sample">One record of ours, as the source writes it; null where the file has none.</param>
public sealed record SourceDefinition(string Name, string Title, ImmutableArray<EventShape> Forms, string? Sample, SourceLocation Location)
{
    /// <summary>Whether records are taken for it only when somebody says so.</summary>
    public bool OnlyWhenNamed => Forms.All(f => f.Recognise.IsEmpty);
}
