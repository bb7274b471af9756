using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Strategies.Claims;

namespace Waterguard.Strategies.Documents;

/// <summary>Reads an ADS document, ours or anybody's. Never throws; what is wrong is told, the rest is there.</summary>
public static class DocumentReader
{
    /// <summary>Reads the text of <c>strategy.md</c>.</summary>
    public static StrategyDocument Read(string file, string text, DiagnosticBag bag)
    {
        var (front, body, firstLine) = SplitFront(file, text, bag);
        var blocks = MarkdownReader.Read(file, body, firstLine, bag);
        var level = blocks.Where(b => b.Kind == BlockKind.Heading && AdsSections.Find(b.Text) is not null).Select(b => b.Level).DefaultIfEmpty(2).Min();
        var sections = new List<OpenSection>();
        var title = front.Title;
        foreach (var block in blocks)
        {
            if (block.Kind == BlockKind.Heading && block.Level <= level)
            {
                var section = AdsSections.Find(block.Text);
                if (section is null && sections.Count == 0 && title.Length == 0) title = block.Text;
                if (section is not null || sections.Count > 0) sections.Add(new(section, block.Text, block.Location));
            }
            else if (sections.Count > 0)
            {
                sections[^1].Take(block, bag);
            }
        }

        return new(file, front, title, [.. sections.Select(s => new DocumentSection(s.Section, s.Title, s.Location, [.. s.Units]))]);
    }

    private static (FrontMatter Front, string Body, int FirstLine) SplitFront(string file, string text, DiagnosticBag bag)
    {
        text = text.TrimStart('\uFEFF').ReplaceLineEndings("\n");
        if (!text.StartsWith("---\n", StringComparison.Ordinal)) return (FrontMatter.None(file), text, 1);
        var end = text.IndexOf("\n---", 3, StringComparison.Ordinal);
        if (end < 0)
        {
            bag.Error(StrategyCodes.OpenBlock, new(file, 1, 1), "The front matter does not end: a line '---' is missing.");
            return (FrontMatter.None(file), text, 1);
        }

        var yaml = YamlFile.Parse(file, text[4..(end + 1)], firstLine: 2);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        var front = yaml.Documents is [{ Root: YamlMapping root }] ? FrontMatter.Read(root, bag) : FrontMatter.None(file);
        var body = text.IndexOf('\n', end + 1);
        return (front, body < 0 ? "" : text[(body + 1)..], 1 + text.AsSpan(0, body < 0 ? end : body + 1).Count('\n'));
    }

    private sealed class OpenSection(AdsSection? section, string title, SourceLocation location)
    {
        public AdsSection? Section { get; } = section;

        public string Title { get; } = title;

        public SourceLocation Location { get; } = location;

        public List<DocumentUnit> Units { get; } = [];

        public void Take(MarkdownBlock block, DiagnosticBag bag)
        {
            if (block.Kind == BlockKind.Heading) return;
            if (block.Kind != BlockKind.Comment)
            {
                Units.Add(new(block.Kind, block.Text, block.Location, block.Level, null));
                return;
            }

            if (!ClaimReader.IsClaim(block.Text)) return;
            var owner = Units.FindLastIndex(u => u.Kind != BlockKind.Code);
            if (owner < 0) bag.Error(StrategyCodes.ClaimPlace, block.Location, "This claim stands after no sentence of its section.");
            else if (Units[owner].Claim is not null) bag.Error(StrategyCodes.ClaimPlace, block.Location, "The sentence before this claim has one already; put each claim after its own sentence.");
            else if (ClaimReader.Read(block, Units[owner].Text, Section, bag) is { } claim) Units[owner] = Units[owner] with { Claim = claim };
        }
    }
}
