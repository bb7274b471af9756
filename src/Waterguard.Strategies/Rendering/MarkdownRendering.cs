using System.Text;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Rendering;

/// <summary>A strategy as Markdown for people: the document, filled, with what executes each sentence below it.</summary>
public static class MarkdownRendering
{
    /// <summary>The text.</summary>
    public static string Render(Strategy strategy, LiveState live)
    {
        var text = new StringBuilder("# ").Append(strategy.Document.Title).Append("\n\n");
        text.Append("State: **").Append(live.State ?? "not known").Append("**\n\n");
        foreach (var reason in live.Reasons) text.Append("- ").Append(reason).Append('\n');
        if (!live.Reasons.IsEmpty) text.Append('\n');
        foreach (var section in strategy.Document.Headings)
        {
            text.Append("## ").Append(section.Title).Append("\n\n");
            DocumentUnit? before = null;
            foreach (var unit in section.Units)
            {
                if (before is not null && !(before.Kind == BlockKind.Item && unit.Kind == BlockKind.Item)) text.Append('\n');
                text.Append(TextOf(unit, live)).Append('\n');
                if (unit.Claim is { } claim) text.Append(unit.Kind == BlockKind.Item ? new string(' ', unit.Level + 2) : "\n").Append('*').Append(ClaimText.Line(strategy, claim)).Append("*\n");
                before = unit;
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string TextOf(DocumentUnit unit, LiveState live) => unit.Kind switch
    {
        BlockKind.Item => new string(' ', unit.Level) + "- " + live.Fill(unit.Text),
        BlockKind.Code => "```\n" + live.Fill(unit.Text) + "\n```",
        _ => live.Fill(unit.Text),
    };
}
