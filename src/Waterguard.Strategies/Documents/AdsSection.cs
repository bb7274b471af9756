using System.Collections.Immutable;

namespace Waterguard.Strategies.Documents;

/// <summary>The ten headings of the Alerting and Detection Strategy framework, in its order.</summary>
public enum AdsSection
{
    /// <summary>What the strategy wants to find.</summary>
    Goal,

    /// <summary>Tactics, techniques and platforms.</summary>
    Categorization,

    /// <summary>How it works: sources and patterns.</summary>
    StrategyAbstract,

    /// <summary>What a responder needs to know.</summary>
    TechnicalContext,

    /// <summary>What it does not see, and what must hold.</summary>
    BlindSpotsAndAssumptions,

    /// <summary>What looks alike and is harmless.</summary>
    FalsePositives,

    /// <summary>How it is shown to work.</summary>
    Validation,

    /// <summary>How urgent an alert is.</summary>
    Priority,

    /// <summary>What is done about an alert.</summary>
    Response,

    /// <summary>Further reading.</summary>
    AdditionalResources,
}

/// <summary>How the headings are written, and told when somebody else wrote them.</summary>
public static class AdsSections
{
    private static readonly (AdsSection Section, string Title, string[] Others)[] Names =
    [
        (AdsSection.Goal, "Goal", ["goals", "objective", "purpose"]),
        (AdsSection.Categorization, "Categorization", ["categorisation", "category", "mitre att&ck", "att&ck mapping"]),
        (AdsSection.StrategyAbstract, "Strategy Abstract", ["abstract", "strategy", "detection strategy", "summary"]),
        (AdsSection.TechnicalContext, "Technical Context", ["technical background", "context", "background"]),
        (AdsSection.BlindSpotsAndAssumptions, "Blind Spots and Assumptions", ["blind spots", "assumptions", "assumptions and blind spots", "blind spots & assumptions", "limitations"]),
        (AdsSection.FalsePositives, "False Positives", ["false positive", "known false positives", "benign activity"]),
        (AdsSection.Validation, "Validation", ["testing", "true positive validation", "emulation", "adversary emulation"]),
        (AdsSection.Priority, "Priority", ["alert priority", "severity", "alert severity"]),
        (AdsSection.Response, "Response", ["response plan", "response procedure", "triage"]),
        (AdsSection.AdditionalResources, "Additional Resources", ["references", "resources", "further reading", "additional reading"]),
    ];

    private static readonly ImmutableDictionary<string, AdsSection> ByName = Names
        .SelectMany(n => n.Others.Append(n.Title).Select(o => KeyValuePair.Create(o.ToLowerInvariant(), n.Section)))
        .ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>All ten, in order.</summary>
    public static ImmutableArray<AdsSection> All { get; } = [.. Names.Select(n => n.Section)];

    /// <summary>The sections whose every sentence must be bound to what executes it.</summary>
    public static ImmutableArray<AdsSection> Claiming { get; } =
        [AdsSection.StrategyAbstract, AdsSection.BlindSpotsAndAssumptions, AdsSection.FalsePositives, AdsSection.Validation, AdsSection.Response];

    /// <summary>The heading as the framework writes it.</summary>
    public static string Title(this AdsSection section) => Names[(int)section].Title;

    /// <summary>The heading as part of a claim's address: <c>strategy-abstract</c>.</summary>
    public static string Slug(this AdsSection section) => section.Title().ToLowerInvariant().Replace(' ', '-');

    /// <summary>Which section a heading means, also in other words and with remarks in brackets; null where none.</summary>
    public static AdsSection? Find(string heading)
    {
        var bracket = heading.IndexOf('(', StringComparison.Ordinal);
        var name = (bracket > 0 ? heading[..bracket] : heading).Trim(' ', ':', '*', '#', '_', '.').ToLowerInvariant();
        return ByName.TryGetValue(name, out var section) ? section : null;
    }
}
