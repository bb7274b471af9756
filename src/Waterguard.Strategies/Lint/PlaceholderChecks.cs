using Waterguard.Content;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>The places that a responder's copy fills with live entities are those that alerts have.</summary>
internal static class PlaceholderChecks
{
    /// <summary>The kinds of entities that an alert carries, and what else of it may be filled in.</summary>
    public static readonly string[] Known =
        ["address", "alert.reason", "alert.time", "alert.title", "cluster", "container", "identity", "image", "node", "pod", "resource", "workload"];

    public static void Check(StrategyDocument document, DiagnosticBag bag)
    {
        foreach (var unit in document.Headings.SelectMany(s => s.Units))
        {
            foreach (var name in In(unit.Text).Where(n => !Known.Contains(n, StringComparer.Ordinal)))
                bag.Error(StrategyCodes.PlaceholderUnknown, unit.Location, $"No alert has '{name}'. There are: {string.Join(", ", Known)}.");
        }
    }

    /// <summary>The names in <c>{{…}}</c>.</summary>
    public static IEnumerable<string> In(string text)
    {
        for (var at = text.IndexOf("{{", StringComparison.Ordinal); at >= 0; at = text.IndexOf("{{", at + 2, StringComparison.Ordinal))
        {
            var end = text.IndexOf("}}", at, StringComparison.Ordinal);
            if (end < 0) yield break;
            yield return text[(at + 2)..end].Trim();
        }
    }
}
