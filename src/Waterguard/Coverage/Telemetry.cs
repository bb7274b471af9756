using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Coverage;

/// <summary>A platform of the strategies and the sources that tell of it.</summary>
/// <param name="Field">With <paramref name="Value"/>: only events that have it there are of the platform.</param>
internal sealed record Platform(string Name, ImmutableArray<string> Sources, string? Field, string? Value);

/// <summary>What records of a source have when everything is switched on.</summary>
/// <param name="Fields">Any of them will do; everything below them is meant as well.</param>
/// <param name="Among">Only records are counted in which each of these fields has one of these values, with <c>*</c>.</param>
/// <param name="Per">Judged apart for each value of this field.</param>
internal sealed record Expectation(
    string Source, ImmutableArray<string> Fields, double Least, ImmutableArray<(string Field, ImmutableArray<string> AnyOf)> Among, string? Per, string Lacks, string SwitchOn);

/// <summary>Paths below a body that only records have whose field <paramref name="Per"/> is one of these.</summary>
internal sealed record Part(string Source, string Per, ImmutableArray<string> In, ImmutableArray<string> Paths);

/// <summary><c>content/coverage/telemetry.yml</c>, and the pages of the sources.</summary>
internal sealed partial record Telemetry(
    ImmutableArray<Platform> Platforms, ImmutableArray<Expectation> Expectations, ImmutableArray<Part> Parts, ImmutableDictionary<string, string> SwitchOn)
{
    public static Telemetry Load(IEnumerable<string> content)
    {
        var (path, text) = new ContentFiles(builtIn: false, content).Below("coverage", ".yml").Single(f => f.Path == "coverage/telemetry.yml");
        if (YamlFile.Parse(path, text) is not { Documents: [{ Root: YamlMapping root, Sound: true }] }) throw new InvalidDataException($"{path}: is not what it should be");
        var told = Mapping(root["switch_on"]).Entries.ToImmutableDictionary(e => e.Name, e => Text(e.Value) ?? "", StringComparer.Ordinal);
        return new Telemetry([.. Items(root["platforms"]).Select(ReadPlatform)], [.. Items(root["expectations"]).Select(ReadExpectation)],
            [.. Items(root["within"]).Select(w => new Part(Text(w["source"])!, Text(w["per"])!, Texts(w["in"]), Texts(w["paths"])))], Pages().SetItems(told));
    }

    private static Platform ReadPlatform(YamlMapping platform) =>
        new(Text(platform["name"])!, Texts(platform["sources"]), Text(Mapping(platform["where"])["field"]), Text(Mapping(platform["where"])["value"]));

    private static Expectation ReadExpectation(YamlMapping expected) => new(
        Text(expected["source"])!, [Text(expected["field"])!, .. Texts(expected["or"])], double.Parse(Text(expected["least"]) ?? "1", System.Globalization.CultureInfo.InvariantCulture),
        [.. Mapping(expected["among"]).Entries.Select(e => (e.Name, Texts(e.Value)))], Text(expected["per"]), Text(expected["lacks"])!, Text(expected["switch_on"])!);

    // The sentence under "Switch on" of each page.
    private static ImmutableDictionary<string, string> Pages()
    {
        const string Prefix = "docs/sources/";
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            if (SwitchOnParagraph().Match(reader.ReadToEnd()) is { Success: true } match) found[name[Prefix.Length..^".md".Length]] = match.Groups["text"].Value.Trim();
        }

        return found.ToImmutable();
    }

    private static IEnumerable<YamlMapping> Items(YamlNode? node) => node is YamlSequence list ? list.Items.OfType<YamlMapping>() : [];

    private static YamlMapping Mapping(YamlNode? node) => node as YamlMapping ?? new YamlMapping(new SourceLocation("", 0, 0), []);

    private static string? Text(YamlNode? node) => (node as YamlScalar)?.Text;

    private static ImmutableArray<string> Texts(YamlNode? node) => node switch
    {
        YamlSequence list => [.. list.Items.OfType<YamlScalar>().Select(s => s.Text)],
        YamlScalar scalar => [scalar.Text],
        _ => [],
    };

    [GeneratedRegex(@"\*\*Switch on\.\*\*(?<text>[^\n]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SwitchOnParagraph();
}
