using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;

namespace Waterguard.Alerting;

/// <summary>Makes alerts of matches.</summary>
/// <param name="strategyOf">Rule id -> strategy, or null.</param>
public sealed class AlertFactory(Func<string, string?> strategyOf)
{
    /// <summary>The alert of a rule that matched one event.</summary>
    public Alert FromMatch(Match match) => new(
        Identity(match.Rule.Header.Id, match.RecordId), match.Time, match.Rule.Header, IsCorrelation: false, strategyOf(match.Rule.Header.Id),
        ReasonText.Of(match.Rule.Header, match.Values, match.Entities),
        ImmutableSortedDictionary<string, string>.Empty, null, null, match.Entities, [match.Evidence], 1, null);

    /// <summary>The alert of a correlation that held for one key.</summary>
    public Alert FromFinding(CorrelationFinding finding)
    {
        var rule = finding.Correlation.Header;
        return new Alert(
            Identity([rule.Id, finding.Key, .. finding.Anchor]), finding.Opened, rule, IsCorrelation: true, strategyOf(rule.Id),
            FindingText.Of(finding), finding.Group, (finding.Start, finding.End), finding.Score, finding.Entities, finding.Evidence, finding.EventCount, null) 
        {
            Episode = finding.Episode,
            Missing = finding.Correlation.Type == Sigma.Correlations.CorrelationType.Absence ? finding.Explanation : null,
        };
    }

    /// <summary>Joins what two stages of the same record gave: one alert with the evidence of both, in the order of time and place.</summary>
    public static Alert Join(Alert first, Alert second)
    {
        var events = first.Events.Concat(second.Events).Distinct()
            .OrderBy(e => e.Time).ThenBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line).ToImmutableArray();
        var earlier = second.Time < first.Time ? second : first;
        return earlier with { Events = events, EventCount = events.Length, Entities = Union(first.Entities, second.Entities) };
    }

    /// <summary>A stable id of some parts: 32 hexadecimal digits.</summary>
    public static string Identity(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>Entities of several events together.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> Union(
        ImmutableSortedDictionary<string, ImmutableArray<string>> left, ImmutableSortedDictionary<string, ImmutableArray<string>> right)
    {
        foreach (var (kind, names) in right)
        {
            var known = left.GetValueOrDefault(kind, []);
            left = left.SetItem(kind, [.. known.Union(names, StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        }

        return left;
    }
}
