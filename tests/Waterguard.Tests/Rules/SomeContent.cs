using System.Collections.Immutable;
using Waterguard.Detection.Lists;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Sources;

namespace Waterguard.Tests.Rules;

/// <summary>The sources that ship, with rules of a test.</summary>
internal static class SomeContent
{
    public static SourceCatalog Sources { get; } = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false }).Sources;

    public static Generation With(string rules, string file = "rule.yml")
    {
        var loaded = RuleLoader.Load([new RuleFile(file, rules)]);
        return new Generation(Sources, loaded, ListCatalog.Empty, ImmutableDictionary<string, string>.Empty, Waterguard.Sigma.Level.Informational, loaded.Diagnostics);
    }

    /// <summary>A rule for the audit log of Kubernetes, or another log source.</summary>
    public static string Rule(string detection, string examples = "[]", string logSource = "{product: kubernetes, service: audit}") =>
        $"title: Some rule\nid: 6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01\nlogsource: {logSource}\ndetection:\n{detection}\nexamples: {examples}\n";
}
