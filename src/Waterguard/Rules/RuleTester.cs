using System.Collections.Immutable;
using System.Text;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Rules;

/// <summary>What became of one rule's examples.</summary>
/// <param name="Examples">How many there are.</param>
/// <param name="Failures">Examples that did not do what they say, and examples that must be there and are not.</param>
internal sealed record RuleTestResult(SigmaRule Rule, int Examples, ImmutableArray<Diagnostic> Failures, ImmutableArray<Diagnostic> Warnings)
{
    public bool Passed => Failures.IsEmpty;
}

/// <summary>Runs the examples that stand beside rules through the same plans that telemetry goes through.</summary>
/// <param name="isOurs">Whether a rule ships with the tool: then both kinds of example must be there.</param>
internal sealed class RuleTester(Generation generation, Func<SigmaRule, bool> isOurs)
{
    private readonly RecordForms _forms = new(generation);

    public IEnumerable<RuleTestResult> Run() => generation.Rules.Rules.Select(Test);

    private RuleTestResult Test(SigmaRule rule)
    {
        var failures = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var example in rule.Examples)
        {
            if (Fails(rule, example) is { } what) failures.Add(new Diagnostic(Severity.Error, SigmaCodes.ExampleFailed, example.Location, what));
        }

        var missing = Missing(rule).Select(what => new Diagnostic(isOurs(rule) ? Severity.Error : Severity.Warning, SigmaCodes.NoExample, rule.Header.Location, what)).ToArray();
        failures.AddRange(missing.Where(m => m.Severity == Severity.Error));
        return new RuleTestResult(rule, rule.Examples.Length, failures.ToImmutable(), [.. missing.Where(m => m.Severity != Severity.Error)]);
    }

    private static IEnumerable<string> Missing(SigmaRule rule)
    {
        if (!rule.Examples.Any(e => e.MustMatch)) yield return $"'{rule.Header.Title}' has no example that must match.";
        if (!rule.Examples.Any(e => !e.MustMatch)) yield return $"'{rule.Header.Title}' has no example that must not match.";
    }

    private string? Fails(SigmaRule rule, RuleExample example)
    {
        var records = _forms.Read(Encoding.UTF8.GetBytes(example.Json), rule, example.Source, out var problem);
        if (problem is not null) return $"'{rule.Header.Title}': {problem}.";
        var why = example.Why is { } reason ? $" ({reason})" : "";
        var form = string.Join(", ", records.Select(r => $"{r.Form.Source} ({r.Form.Form})").Distinct(StringComparer.Ordinal));
        if (records.Length == 0) return $"'{rule.Header.Title}': the event is an empty envelope.";
        if (!records.Any(r => r.Form.Takes(rule.LogSource)))
        {
            return $"'{rule.Header.Title}': the event is {form}, which rules for {rule.LogSource} are not evaluated on.";
        }

        var matches = records.Any(r => _forms.Matching(r).Any(m => m.Header.Id == rule.Header.Id));
        if (matches == example.MustMatch) return null;
        return example.MustMatch
            ? $"'{rule.Header.Title}' must match this event, read as {form}, and does not{why}."
            : $"'{rule.Header.Title}' must not match this event, read as {form}, and does{why}.";
    }
}
