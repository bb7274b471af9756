using System.Globalization;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Correlations;

/// <summary>One canonical line for a correlation, as <see cref="SigmaText"/> is for a condition.</summary>
public static class CorrelationText
{
    /// <summary>Everything that decides when it fires, in a fixed order.</summary>
    public static string Of(Correlation correlation)
    {
        var extension = correlation.Extension;
        string?[] parts =
        [
            correlation.Type.ToString(),
            $"rules {string.Join(',', correlation.Rules)}",
            Named("roles", correlation.Roles.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key}={r.Value}")),
            Named("by", correlation.GroupBy),
            Named("aliases", correlation.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal)
                .SelectMany(a => a.Value.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{a.Key}.{f.Key}={f.Value}"))),
            Span("timespan", correlation.TimeSpan),
            correlation.Generate ? "generate" : null,
            Named("when", correlation.Conditions.Select(c => string.Create(CultureInfo.InvariantCulture, $"{(c.Negated ? "not " : "")}{c.Comparison} {c.Number}"))),
            Named("field", correlation.Field),
            correlation.Percentile is { } percentile ? string.Create(CultureInfo.InvariantCulture, $"percentile {percentile}") : null,
            correlation.Expression is { } expression ? $"expression {expression}" : null,
            extension.Within is { } within ? $"within {within}" : null,
            Span("learn", extension.Learn),
            Span("forget", extension.Forget),
            extension.MeasureKind is { } measure ? $"measure {measure} {extension.MeasureField}" : null,
            Span("bucket", extension.Bucket),
            extension.Season is { } season ? $"season {season}" : null,
            Named("inherit", extension.Inherit),
            extension.Direction is { } direction ? $"direction {direction}" : null,
        ];
        return string.Join("; ", parts.Where(p => p is not null));
    }

    private static string? Named(string name, IEnumerable<string> items)
    {
        var text = string.Join(',', items);
        return text.Length > 0 ? $"{name} {text}" : null;
    }

    private static string? Span(string name, TimeSpan? span) =>
        span is { } length ? string.Create(CultureInfo.InvariantCulture, $"{name} {length.TotalSeconds}s") : null;
}
