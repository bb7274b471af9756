using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Detection.Correlations;

namespace Waterguard.Alerting;

/// <summary>The sentence that tells a responder what a correlation found.</summary>
internal static class FindingText
{
    /// <summary>The correlation's sentence with the group's values, <c>{count}</c>, <c>{value}</c>, <c>{window}</c> and <c>{explained}</c>; without a sentence, its title with the
    /// same.</summary>
    public static string Of(CorrelationFinding finding)
    {
        var window = Duration(finding.End - finding.Start);
        if (finding.Correlation.Header.Custom.Reason is not { } template)
        {
            var group = string.Join(", ", finding.Group.Select(g => $"{g.Key} {g.Value}"));
            if (finding.Explanation is { } explanation) return Redactor.Text($"{finding.Correlation.Header.Title}{(group.Length > 0 ? " for " : "")}{group}: {explanation}");
            return Redactor.Text(string.Create(
                CultureInfo.InvariantCulture,
                $"{finding.Correlation.Header.Title}: {finding.Count} matches within {window}{(group.Length > 0 ? " for " : "")}{group}"));
        }

        return ReasonText.Fill(template, finding.Values
            .SetItems(finding.Group.Select(g => KeyValuePair.Create(g.Key, ImmutableArray.Create(g.Value))))
            .SetItem("count", [finding.Count.ToString(CultureInfo.InvariantCulture)])
            .SetItem("value", [finding.Measured.ToString("0.###", CultureInfo.InvariantCulture)])
            .SetItem("window", [window])
            .SetItem("explained", [finding.Explanation ?? ""]));
    }

    // Two units at most: nobody needs the seconds of three days.
    private static string Duration(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Days} d {span.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s"),
    };
}
