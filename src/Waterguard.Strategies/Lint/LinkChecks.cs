using Waterguard.Content;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>Links have the form of links. Whether somebody answers there is not asked: content is checked without a network.</summary>
internal static class LinkChecks
{
    public static void Check(StrategyDocument document, DiagnosticBag bag)
    {
        foreach (var unit in document.Headings.SelectMany(s => s.Units).Where(u => u.Kind != BlockKind.Code))
        {
            foreach (var link in Links(unit.Text).Where(l => !IsLink(l))) bag.Error(StrategyCodes.BadLink, unit.Location, $"'{link}' cannot be a link.");
        }

        if (document.Section(AdsSection.AdditionalResources) is { } resources && resources.Units.Any(u => u.Text.Length > 0) && !resources.Units.SelectMany(u => Links(u.Text)).Any())
            bag.Warning(StrategyCodes.BadLink, resources.Location, "No link stands under 'Additional Resources'.");
    }

    /// <summary>The targets of <c>[text](target)</c> and <c>&lt;https://…&gt;</c>.</summary>
    public static IEnumerable<string> Links(string text)
    {
        for (var at = text.IndexOf("](", StringComparison.Ordinal); at >= 0; at = text.IndexOf("](", at + 2, StringComparison.Ordinal))
        {
            var end = text.IndexOf(')', at);
            yield return end < 0 ? text[(at + 2)..] : text[(at + 2)..end];
        }

        for (var at = text.IndexOf("<http", StringComparison.Ordinal); at >= 0; at = text.IndexOf("<http", at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf('>', at);
            yield return end < 0 ? text[(at + 1)..] : text[(at + 1)..end];
        }
    }

    private static bool IsLink(string link)
    {
        if (link.Length == 0 || link.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) return false;
        if (link.StartsWith("http", StringComparison.OrdinalIgnoreCase) || link.Contains("://", StringComparison.Ordinal))
            return Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.Host.Contains('.', StringComparison.Ordinal) && uri.UserInfo.Length == 0;
        return !link.Contains(':', StringComparison.Ordinal) && Uri.TryCreate(link, UriKind.Relative, out _);
    }
}
