using System.Net;
using System.Text;

namespace Waterguard.Strategies.Rendering;

/// <summary>A line of Markdown as HTML: code, bold and links; everything else is text. Only http and https become links.</summary>
internal static class InlineHtml
{
    public static string Of(string text)
    {
        var html = new StringBuilder();
        var strong = false;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '`' && text.IndexOf('`', at + 1) is var close and > 0)
            {
                html.Append("<code>").Append(Escaped(text[(at + 1)..close])).Append("</code>");
                at = close + 1;
            }
            else if (text[at] == '*' && at + 1 < text.Length && text[at + 1] == '*' && (strong || text.IndexOf("**", at + 2, StringComparison.Ordinal) > 0))
            {
                html.Append(strong ? "</strong>" : "<strong>");
                strong = !strong;
                at += 2;
            }
            else if (text[at] == '[' && Link(text, at) is { } link)
            {
                html.Append("<a href=\"").Append(Escaped(link.Target)).Append("\">").Append(Escaped(link.Text)).Append("</a>");
                at = link.End;
            }
            else if (text[at] == '<' && text.IndexOf('>', at) is var end and > 0 && IsWeb(text[(at + 1)..end]))
            {
                var target = Escaped(text[(at + 1)..end]);
                html.Append("<a href=\"").Append(target).Append("\">").Append(target).Append("</a>");
                at = end + 1;
            }
            else
            {
                html.Append(Escaped(text[at].ToString()));
                at++;
            }
        }

        return html.Append(strong ? "</strong>" : "").ToString();
    }

    private static (string Text, string Target, int End)? Link(string text, int at)
    {
        var middle = text.IndexOf("](", at, StringComparison.Ordinal);
        var end = middle < 0 ? -1 : text.IndexOf(')', middle);
        if (end < 0) return null;
        var target = text[(middle + 2)..end];
        return IsWeb(target) ? (text[(at + 1)..middle], target, end + 1) : null;
    }

    private static bool IsWeb(string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    // Half of a surrogate pair is no text; the pair is put together again by the browser's reader.
    private static string Escaped(string text) => text.Length == 1 && char.IsSurrogate(text[0]) ? text : WebUtility.HtmlEncode(text);
}
