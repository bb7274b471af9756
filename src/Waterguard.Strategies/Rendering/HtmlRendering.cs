using System.Net;
using System.Text;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Rendering;

/// <summary>A strategy as one page that needs nothing else: no script, no font, no picture from anywhere; light and dark as the reader's system asks; headings, landmarks
/// and a list of contents for readers who do not see it. Everything of the document is escaped.</summary>
public static class HtmlRendering
{
    private const string Style = """
        :root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--link:#0550ae;--armed:#116329;--degraded:#7d4e00;--blind:#a40e26}
        @media(prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--soft:#9da7b3;--line:#30363d;--link:#79c0ff;--armed:#56d364;--degraded:#e3b341;--blind:#ff7b72}}
        body{background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;margin:0 auto;max-width:52rem;padding:1rem}
        a{color:var(--link)}a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        .skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
        pre{border:1px solid var(--line);overflow-x:auto;padding:.75rem}.by{color:var(--soft);font-size:.875rem;margin:.1rem 0 .6rem}
        .state{border:2px solid currentColor;padding:.25rem .75rem}.ARMED{color:var(--armed)}.DEGRADED{color:var(--degraded)}.BLIND{color:var(--blind)}
        h2{border-bottom:1px solid var(--line)}
        """;

    /// <summary>The page.</summary>
    public static string Render(Strategy strategy, LiveState live)
    {
        var title = Escaped(strategy.Document.Title);
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        html.Append("<title>").Append(title).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#goal\">To the strategy</a>\n");
        html.Append("<header>\n<h1>").Append(title).Append("</h1>\n");
        html.Append("<p class=\"state ").Append(live.State is "ARMED" or "DEGRADED" or "BLIND" ? live.State : "").Append("\" role=\"status\">State: <strong>").Append(Escaped(live.State ?? "not known")).Append("</strong></p>\n");
        if (!live.Reasons.IsEmpty) html.Append("<ul>\n").AppendJoin("", live.Reasons.Select(r => $"<li>{Escaped(r)}</li>\n")).Append("</ul>\n");
        html.Append("</header>\n<nav aria-label=\"Contents\">\n<ol>\n");
        foreach (var section in strategy.Document.Headings) html.Append("<li><a href=\"#").Append(Anchor(section)).Append("\">").Append(Escaped(section.Title)).Append("</a></li>\n");
        html.Append("</ol>\n</nav>\n<main>\n");
        foreach (var section in strategy.Document.Headings) Write(html, strategy, section, live);
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder html, Strategy strategy, DocumentSection section, LiveState live)
    {
        html.Append("<section aria-labelledby=\"").Append(Anchor(section)).Append("\">\n<h2 id=\"").Append(Anchor(section)).Append("\">").Append(Escaped(section.Title)).Append("</h2>\n");
        var inList = false;
        foreach (var unit in section.Units)
        {
            if (unit.Kind == BlockKind.Item != inList) html.Append(inList ? "</ul>\n" : "<ul>\n");
            inList = unit.Kind == BlockKind.Item;
            var by = unit.Claim is { } claim ? $"<p class=\"by\" id=\"claim-{Escaped(claim.Id)}\">{Escaped(ClaimText.Line(strategy, claim))}</p>\n" : "";
            var text = live.Fill(unit.Text);
            html.Append(unit.Kind switch
            {
                BlockKind.Item => $"<li>{InlineHtml.Of(text)}{by}</li>\n",
                BlockKind.Code or BlockKind.Table => $"<pre tabindex=\"0\"><code>{Escaped(text)}</code></pre>\n{by}",
                _ => $"<p>{InlineHtml.Of(text)}</p>\n{by}",
            });
        }

        html.Append(inList ? "</ul>\n</section>\n" : "</section>\n");
    }

    private static string Anchor(DocumentSection section) => section.Section?.Slug() ?? "at-" + section.Location.Line.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
