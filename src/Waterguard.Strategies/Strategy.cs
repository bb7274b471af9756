using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Strategies.Documents;
using Waterguard.Strategies.Lint;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Strategies;

/// <summary>A strategy read whole: the document, and what stands beside it. Immutable.</summary>
public sealed record Strategy(
    StrategyFolder Folder, StrategyDocument Document, Playbook? Playbook, ImmutableArray<Companion> Assumptions, ImmutableArray<Companion> Suppressions, ImmutableArray<Companion> Scenarios)
{
    /// <summary>The folder's name.</summary>
    public string Name => Folder.Name;

    /// <summary>Reads a strategy; null where there is no document.</summary>
    public static Strategy? Read(StrategyFolder folder, DiagnosticBag bag)
    {
        if (folder.Document is not { } file) return null;
        var playbook = folder.Files.FirstOrDefault(f => f.Path == "playbook.yml");
        return new(
            folder, DocumentReader.Read(file.Name, file.Text, bag), playbook is null ? null : PlaybookReader.Read(playbook.Name, playbook.Text, bag),
            Companions.In(folder, "assumptions", bag), Companions.In(folder, "suppressions", bag), Companions.In(folder, "scenarios", bag));
    }
}
