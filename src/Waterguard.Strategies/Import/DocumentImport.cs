using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Waterguard.Content;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Import;

/// <summary>Makes the skeleton of a strategy out of a document in the framework's shape, and says what is wrong with it and what remains to be bound.</summary>
public static class DocumentImport
{
    private const string Missing = "To be written.";
    private static readonly string[] BlockStarts = ["```", "~~~", "<!--", "#", "|", "- ", "* ", "+ "];

    /// <summary>Imports a document; with an empty text it makes the skeleton of a new one.</summary>
    public static ImportedStrategy Import(string name, string file, string text, AttackCatalog attack)
    {
        var bag = new DiagnosticBag();
        var document = DocumentReader.Read(file, text, bag);
        var categorization = CategorizationReading.Read(document, attack, bag);
        if (text.Length > 0) TellHeadings(document, bag);
        var toBind = new List<(string Claim, string Sentence)>();
        // A title that is one of the headings would be read as it.
        var title = document.Title.Length > 0 && AdsSections.Find(document.Title) is null ? document.Title : name;
        var markdown = new StringBuilder(FrontOf(name, title, PriorityOf(document), categorization));
        markdown.Append("\n# ").Append(title).Append('\n');
        foreach (var section in AdsSections.All) Write(markdown, document, section, toBind);
        return new(name, title, [("strategy.md", markdown.ToString()), ("playbook.yml", SkeletonPlaybook(toBind))], bag.ToSorted(), [.. toBind]);
    }

    private static void TellHeadings(StrategyDocument document, DiagnosticBag bag)
    {
        foreach (var section in AdsSections.All.Where(s => document.Section(s) is null)) bag.Warning(StrategyCodes.HeadingMissing, new(document.File, 1, 1), $"The heading '{section.Title()}' is missing; an empty one was made.");
        var last = (AdsSection?)null;
        foreach (var heading in document.Headings)
        {
            if (heading.Section is not { } section)
            {
                bag.Warning(StrategyCodes.HeadingUnknown, heading.Location, $"'{heading.Title}' is none of the framework's headings; what stands under it is kept under 'Technical Context'.");
                continue;
            }

            if (heading.Title != section.Title()) bag.Warning(StrategyCodes.HeadingUnknown, heading.Location, $"'{heading.Title}' is read as '{section.Title()}'.");
            if (last > section) bag.Warning(StrategyCodes.HeadingOrder, heading.Location, $"'{section.Title()}' stands after '{last.Value.Title()}'; it was put before.");
            else last = section;
            if (heading.Units.IsEmpty) bag.Warning(StrategyCodes.HeadingEmpty, heading.Location, $"Nothing stands under '{heading.Title}'.");
        }
    }

    private static string FrontOf(string name, string title, string priority, CategorizationReading read)
    {
        var text = new StringBuilder("---\n");
        text.Append("name: ").Append(name).Append("\ntitle: ").Append(Quoted(title)).Append("\nstatus: experimental\npriority: ").Append(priority);
        text.Append("\nplatforms: [").AppendJoin(", ", read.Platforms).Append("]\nsources: []\n");
        if (!read.Techniques.IsEmpty) text.Append("declared:\n");
        foreach (var id in read.Techniques)
        {
            text.Append("  - technique: ").Append(id).Append('\n');
            if (!read.Tactics.IsEmpty) text.Append("    tactic: ").Append(read.Tactics[0]).Append('\n');
            text.Append("    reason: \"\"\n");
        }

        return text.Append("assessed: {}\n---\n").ToString();
    }

    private static void Write(StringBuilder markdown, StrategyDocument document, AdsSection section, List<(string Claim, string Sentence)> toBind)
    {
        markdown.Append("\n## ").Append(section.Title()).Append("\n\n");
        var units = document.Headings.Where(h => h.Section == section || (section == AdsSection.TechnicalContext && h.Section is null)).SelectMany(h => h.Units).ToArray();
        if (units.Length == 0) units = [new DocumentUnit(BlockKind.Paragraph, Missing, new(document.File, 1, 1), 0, null)];
        var count = 0;
        var claiming = AdsSections.Claiming.Contains(section);
        foreach (var (unit, next) in units.Select((u, i) => (u, units.ElementAtOrDefault(i + 1))))
        {
            markdown.Append(TextOf(unit)).Append('\n');
            if (claiming && !unit.Sentences.IsEmpty)
            {
                var claim = string.Create(CultureInfo.InvariantCulture, $"{section.Slug()}-{++count}");
                markdown.Append("<!-- claim: ").Append(claim).Append(" -->\n");
                toBind.Add((claim, unit.Text.ReplaceLineEndings(" ")));
            }

            if (next is not null && (claiming || unit.Kind != BlockKind.Item || next.Kind != BlockKind.Item)) markdown.Append('\n');
        }
    }

    private static string TextOf(DocumentUnit unit)
    {
        // Comments that were in the text would end ours.
        var text = unit.Text.Replace("-->", "-- >", StringComparison.Ordinal);
        return unit.Kind switch
        {
            BlockKind.Item => new string(' ', Math.Min(unit.Level, 12)) + "- " + text,
            BlockKind.Code when text.Contains("```", StringComparison.Ordinal) => "~~~\n" + text.Replace("~~~", "~~", StringComparison.Ordinal) + "\n~~~",
            BlockKind.Code => "```\n" + text + "\n```",
            // What was quoted may look like something else when it is not.
            BlockKind.Paragraph when LooksLikeAnother(text) => "> " + text,
            _ => text,
        };
    }

    private static bool LooksLikeAnother(string text) =>
        BlockStarts.Any(s => text.StartsWith(s, StringComparison.Ordinal)) || text.All(c => c is '-' or '*' or '_' or '=');

    private static string PriorityOf(StrategyDocument document)
    {
        var words = document.Section(AdsSection.Priority)?.Units.Select(u => u.Text) ?? [];
        foreach (var word in new[] { "critical", "high", "medium", "low", "informational" })
        {
            if (words.Any(w => w.Contains(word, StringComparison.OrdinalIgnoreCase))) return word;
        }

        return "medium";
    }

    private static string SkeletonPlaybook(IEnumerable<(string Claim, string Sentence)> claims)
    {
        var claim = claims.Select(c => c.Claim).FirstOrDefault(c => c.StartsWith("response-", StringComparison.Ordinal)) ?? "response-1";
        return $"steps:\n  - id: assess\n    claim: {claim}\n    action: assess\n    risk: read\n";
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
