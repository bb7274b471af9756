using System.Globalization;
using System.Text.RegularExpressions;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>The colours, as the style sheet has them: what is text can be read on what it stands on, in both themes, by WCAG's AA.</summary>
public sealed partial class ContrastTests
{
    private static readonly string[] s_grounds = ["ground", "raised", "sunken", "hover"];
    private static readonly string[] s_texts = ["text", "dim", "accent", "good", "warn", "bad", "level-critical", "level-high", "level-medium", "level-low", "level-informational"];
    private static readonly (string, string)[] s_further = [("on-accent", "accent"), ("accent", "accent-ground"), ("text", "bad-ground"), ("bad", "bad-ground"), ("text", "warn-ground"), ("text", "accent-ground"), ("dim", "bad-ground"), ("ground", "text"), ("ground", "bad")];

    private static string Sheet => File.ReadAllText(Repository.PathOf("src", "Waterguard.Web", "src", "styles", "tokens.css"));

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Text_has_enough_contrast(string theme)
    {
        var colours = Colours(theme);
        var pairs = s_grounds.SelectMany(g => s_texts.Select(t => (t, g))).Concat(s_further);
        var weak = pairs.Select(p => (p, Contrast: Contrast(colours[p.Item1], colours[p.Item2]))).Where(p => p.Contrast < 4.5).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.p.Item1} on {p.p.Item2}: {p.Contrast:0.00}")).ToArray();
        Assert.True(weak.Length == 0, string.Join('\n', weak));
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Borders_of_fields_and_marks_of_the_graph_can_be_seen(string theme)
    {
        var colours = Colours(theme);
        Assert.True(Contrast(colours["field-line"], colours["raised"]) >= 3, "the border of a field");
        foreach (var kind in colours.Keys.Where(k => k.StartsWith("kind-", StringComparison.Ordinal))) Assert.True(Contrast(colours[kind], colours["sunken"]) >= 3, kind);
    }

    [Fact]
    public void The_dark_theme_is_written_once_and_has_every_colour_of_the_light_one()
    {
        var blocks = Blocks();
        Assert.Equal([":root", ":root[data-theme=\"dark\"]"], blocks.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(blocks[":root"].Keys, blocks[":root[data-theme=\"dark\"]"].Keys);
    }

    private static Dictionary<string, string> Colours(string theme)
    {
        var blocks = Blocks();
        var colours = new Dictionary<string, string>(blocks[":root"], StringComparer.Ordinal);
        if (theme == "dark") foreach (var (name, value) in blocks[":root[data-theme=\"dark\"]"]) colours[name] = value;
        return colours;
    }

    private static Dictionary<string, SortedDictionary<string, string>> Blocks() => BlockPattern().Matches(Sheet).ToDictionary(
        b => b.Groups["selector"].Value.Trim(),
        b => new SortedDictionary<string, string>(ColourPattern().Matches(b.Groups["body"].Value).ToDictionary(c => c.Groups["name"].Value, c => c.Groups["value"].Value), StringComparer.Ordinal), StringComparer.Ordinal);

    private static double Contrast(string a, string b)
    {
        var (one, other) = (Light(a), Light(b));
        return (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
    }

    private static double Light(string colour)
    {
        double Part(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }

    [GeneratedRegex("(?<selector>:root[^{]*)\\{(?<body>[^}]*)\\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BlockPattern();

    [GeneratedRegex("--(?<name>[a-z-]+): (?<value>#[0-9a-f]{6});", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ColourPattern();
}
