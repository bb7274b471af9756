using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Tests.Sigma;

/// <summary>Sigma documents for tests.</summary>
internal static class Some
{
    public const string Id = "6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01";

    public static RuleLoadOptions Options { get; } = RuleLoadOptions.Default with
    {
        Placeholders = RuleLoadOptions.Default.Placeholders.Add("servers", ["srv*", "db1"]).Add("admin", ["a.b"]),
    };

    public static RuleCollection Load(params string[] texts) =>
        RuleLoader.Load(texts.Select((text, i) => new RuleFile(i == 0 ? "rule.yml" : $"rule{i}.yml", text)), Options);

    /// <summary>A rule whose header is right, with this under <c>detection</c>.</summary>
    public static string Rule(string detection, string more = "") =>
        $"title: Some rule\nid: {Id}\nlogsource: {{product: kubernetes, service: audit}}\n{more}\ndetection:\n{detection}\n";

    /// <summary>A rule that correlations can name.</summary>
    public static string Named(string name) =>
        $"title: {name}\nname: {name}\nlogsource: {{product: kubernetes}}\ndetection: {{s: {{f: {name}}}, condition: s}}\n";

    public static string Codes(RuleCollection rules) =>
        string.Join(' ', rules.Diagnostics.Select(d => d.Code).Order(StringComparer.Ordinal));

    public static Diagnostic OnlyFinding(RuleCollection rules) => Xunit.Assert.Single(rules.Diagnostics);
}
