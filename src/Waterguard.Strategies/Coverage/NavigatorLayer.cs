using System.Globalization;
using System.Text.Json;
using Waterguard.Strategies.Attack;

namespace Waterguard.Strategies.Coverage;

/// <summary>Coverage as a layer of the ATT&amp;CK Navigator, format 4.5, for the version of ATT&amp;CK that is shipped.</summary>
public static class NavigatorLayer
{
    private const string AttackVersion = "18";

    private static readonly (CoverageState State, string Color, string Says)[] Colors =
    [
        (CoverageState.Armed, "#31a354", "armed"), (CoverageState.Degraded, "#fdae6b", "degraded"), (CoverageState.Blind, "#de2d26", "blind"), (CoverageState.None, "#9ecae1", "covered, state not known"),
    ];

    /// <summary>Writes the layer.</summary>
    public static void Write(IEnumerable<TechniqueCoverage> coverage, AttackCatalog attack, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("name", "Waterguard");
        writer.WriteStartObject("versions");
        writer.WriteString("attack", AttackVersion);
        writer.WriteString("navigator", "5.1.0");
        writer.WriteString("layer", "4.5");
        writer.WriteEndObject();
        writer.WriteString("domain", "enterprise-attack");
        writer.WriteString("description", "What Waterguard's detections cover, coloured by whether they can do their work.");
        writer.WriteStartArray("techniques");
        foreach (var one in coverage.SelectMany(c => Ids(c, attack).Select(id => (Id: id, Coverage: c))).DistinctBy(t => t.Id).OrderBy(t => t.Id, StringComparer.Ordinal)) Write(one.Id, one.Coverage, writer);
        writer.WriteEndArray();
        writer.WriteStartArray("legendItems");
        foreach (var (_, color, says) in Colors)
        {
            writer.WriteStartObject();
            writer.WriteString("label", says);
            writer.WriteString("color", color);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // A layer knows one version's ids only.
    private static IEnumerable<string> Ids(TechniqueCoverage coverage, AttackCatalog attack) =>
        attack.Former(coverage.Technique.Id).ToArray() is { Length: > 0 } former ? former : [coverage.Technique.Id];

    private static void Write(string id, TechniqueCoverage coverage, Utf8JsonWriter writer)
    {
        var color = Colors.First(c => c.State == coverage.State);
        writer.WriteStartObject();
        writer.WriteString("techniqueID", id);
        writer.WriteString("color", color.Color);
        writer.WriteNumber("score", coverage.Detections.Length);
        writer.WriteString("comment", string.Create(CultureInfo.InvariantCulture, $"{color.Says}: {string.Join("; ", coverage.Detections.Select(d => d.Title))}"));
        writer.WriteBoolean("enabled", true);
        writer.WriteBoolean("showSubtechniques", id.Contains('.', StringComparison.Ordinal));
        writer.WriteEndObject();
    }
}
