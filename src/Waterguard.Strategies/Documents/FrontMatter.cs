using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Strategies.Documents;

/// <summary>What a strategy says about itself before its first heading.</summary>
/// <param name="Declared">What the strategy's original says, kept as it says it, and what is to be thought of it.</param>
/// <param name="Assessed">The techniques that fit, each with the reason.</param>
/// <param name="Original">The document that this one executes, if it executes one.</param>
public sealed record FrontMatter(
    string Name, string Title, string Status, string Priority, ImmutableArray<string> Platforms, ImmutableArray<string> Sources,
    ImmutableArray<DeclaredTechnique> Declared, ImmutableArray<AssessedTechnique> Assessed, OriginalDocument? Original, SourceLocation Location)
{
    /// <summary>The keys, for the schema.</summary>
    internal static readonly string[] Keys = ["name", "title", "status", "priority", "platforms", "sources", "declared", "assessed", "original"];

    /// <summary>Nothing said.</summary>
    public static FrontMatter None(string file) => new("", "", "", "", [], [], [], [], null, new(file, 1, 1));

    /// <summary>Reads the front matter; what is wrong is told, the rest is there.</summary>
    internal static FrontMatter Read(YamlMapping root, DiagnosticBag bag)
    {
        var reader = new MappingReader(root, bag);
        var front = new FrontMatter(
            reader.RequiredText("name") ?? "", reader.RequiredText("title") ?? "",
            reader.Word("status", "experimental", "test", "stable", "deprecated") ?? "",
            reader.Word("priority", "informational", "low", "medium", "high", "critical") ?? "",
            reader.Texts("platforms"), reader.Texts("sources"), Declarations(reader, bag), Assessments(reader, bag), OriginalOf(reader), root.Location);
        reader.WarnAboutUnknownKeys();
        return front;
    }

    private static ImmutableArray<DeclaredTechnique> Declarations(MappingReader reader, DiagnosticBag bag)
    {
        var found = ImmutableArray.CreateBuilder<DeclaredTechnique>();
        var items = reader.Node("declared") switch { null => [], YamlSequence list => list.Items, var one => [one] };
        foreach (var item in items)
        {
            if (item is not YamlMapping mapping)
            {
                bag.Error(ContentCodes.WrongShape, item.Location, "A declared technique is a mapping: technique, tactic, platforms, reason.");
                continue;
            }

            var declared = new MappingReader(mapping, bag);
            found.Add(new(Id(declared.RequiredText("technique") ?? ""), declared.Text("tactic") ?? "", declared.Texts("platforms"), declared.Text("reason") ?? "", item.Location));
            declared.WarnAboutUnknownKeys();
        }

        return found.ToImmutable();
    }

    private static ImmutableArray<AssessedTechnique> Assessments(MappingReader reader, DiagnosticBag bag)
    {
        var found = ImmutableArray.CreateBuilder<AssessedTechnique>();
        foreach (var entry in reader.Section("assessed")?.Mapping.Entries ?? [])
        {
            if (entry.Value is YamlScalar reason) found.Add(new(Id(entry.Name), reason.Kind == ScalarKind.Null ? "" : reason.Text, entry.Key.Location));
            else bag.Error(ContentCodes.WrongShape, entry.Value.Location, "An assessed technique has its reason as a text.");
        }

        return found.ToImmutable();
    }

    private static OriginalDocument? OriginalOf(MappingReader reader) =>
        reader.Section("original") is { } original ? new(original.RequiredText("key") ?? "", original.RequiredText("title") ?? "") : null;

    /// <summary>A technique's id, however it is written: <c>attack.t1610</c> is <c>T1610</c>.</summary>
    internal static string Id(string text) => (text.StartsWith("attack.", StringComparison.OrdinalIgnoreCase) ? text["attack.".Length..] : text).ToUpperInvariant();
}

/// <summary>A technique as the original declares it.</summary>
public sealed record DeclaredTechnique(string Technique, string Tactic, ImmutableArray<string> Platforms, string Reason, SourceLocation Location);

/// <summary>A technique that fits, and why.</summary>
public sealed record AssessedTechnique(string Technique, string Reason, SourceLocation Location);

/// <summary>The document that a strategy executes: the key by which claims answer to it, and its title.</summary>
public sealed record OriginalDocument(string Key, string Title);
