using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Claims;

/// <summary>Reads the comment that binds a sentence: YAML whose first key is <c>claim</c>.</summary>
internal static class ClaimReader
{
    private static readonly YamlLimits Limits = new(MaxCharacters: 20_000, MaxDepth: 4, MaxNodes: 2_000);

    /// <summary>Whether a comment means to be a claim.</summary>
    public static bool IsClaim(string comment) => comment.TrimStart(' ', '\n', '{').StartsWith("claim:", StringComparison.Ordinal);

    /// <summary>The claim, or null where it has no id.</summary>
    public static Claim? Read(MarkdownBlock comment, string sentence, AdsSection? section, DiagnosticBag bag)
    {
        var yaml = YamlFile.Parse(comment.Location.File, comment.Text.TrimStart(' '), Limits, comment.Location.Line);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        if (yaml.Documents is not [{ Root: YamlMapping root }])
        {
            if (yaml.Diagnostics.IsEmpty) bag.Error(StrategyCodes.EmptyClaim, comment.Location, "A claim is one mapping: claim: ID, and what executes it.");
            return null;
        }

        var reader = new MappingReader(root, bag);
        var id = reader.RequiredText("claim");
        var bindings = ImmutableArray.CreateBuilder<Binding>();
        foreach (var kind in Enum.GetValues<BindingKind>()) Bind(kind, reader, bindings);
        var claim = id is null ? null : new Claim(id, sentence, section, comment.Location, reader.Text("manual"), bindings.ToImmutable(), Answers(reader, bag));
        reader.WarnAboutUnknownKeys();
        return claim;
    }

    private static void Bind(BindingKind kind, MappingReader reader, ImmutableArray<Binding>.Builder bindings)
    {
        var key = kind.ToString().ToLowerInvariant();
        var node = reader.Node(key);
        foreach (var name in reader.Texts(key)) bindings.Add(new(kind, name, Place(node, name)));
    }

    private static SourceLocation Place(YamlNode? node, string name) =>
        node is YamlSequence list ? list.Items.OfType<YamlScalar>().First(i => i.Text == name).Location : node!.Location;

    private static ImmutableArray<Answer> Answers(MappingReader reader, DiagnosticBag bag)
    {
        var answers = ImmutableArray.CreateBuilder<Answer>();
        foreach (var entry in reader.Section("answers")?.Mapping.Entries ?? [])
        {
            if (entry.Value is YamlScalar { Kind: not ScalarKind.Null } quote) answers.Add(new(entry.Name, quote.Text, entry.Key.Location));
            else bag.Error(ContentCodes.WrongShape, entry.Value.Location, "An answer is the address of a sentence with a few of its words.");
        }

        return answers.ToImmutable();
    }
}
