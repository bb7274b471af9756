using Waterguard.Content;
using Waterguard.Detection.Reach;
using Waterguard.Sigma;
using Waterguard.Sources;
using Waterguard.Sources.Definitions;

namespace Waterguard.Rules;

/// <summary>Finds rules that no record of the known sources can ever satisfy, and says what others need.</summary>
internal sealed class DeadRules(SourceCatalog sources)
{
    /// <summary>All findings about the rules, in the order of the rules.</summary>
    public IEnumerable<Diagnostic> Find(IEnumerable<SigmaRule> rules) => rules.SelectMany(Find);

    private IEnumerable<Diagnostic> Find(SigmaRule rule)
    {
        // A source that takes every rule says nothing about where the rule belongs.
        var routed = sources.Sources.Where(s => s.Forms.Any(f => !f.TakesEveryRule && f.Takes(rule.LogSource))).ToArray();
        if (routed.Length == 0)
        {
            yield return new Diagnostic(Severity.Warning, SigmaCodes.NoSource, rule.Header.Location, $"'{rule.Header.Title}': no known source delivers {rule.LogSource}.");
        }

        var reaches = routed.Select(s => (Source: s, Forms: Reaches(rule, s))).Where(r => r.Forms.Length > 0).ToArray();
        // Where nothing is known of a source's fields, that a rule could fire there is no comfort.
        var lives = Array.Exists(reaches, r => !r.Source.Forms[0].Vocabulary.Fields.IsEmpty && Array.Exists(r.Forms, f => f.CanFire));
        foreach (var (source, forms) in reaches)
        {
            foreach (var finding in Find(rule.Header, source.Name, forms, lives)) yield return finding;
        }
    }

    private static RuleReach[] Reaches(SigmaRule rule, SourceDefinition source) => [.. source.Forms.Where(f => !f.IsEnvelope).Select(f => RuleReach.Of(rule, f))];

    // A rule for several sources need not fire on each of them; one that fires nowhere is a mistake.
    private static IEnumerable<Diagnostic> Find(RuleHeader rule, string source, RuleReach[] forms, bool lives)
    {
        if (forms.FirstOrDefault(f => f.CanFire) is not { } alive)
        {
            var severity = lives ? Severity.Note : Severity.Warning;
            yield return new Diagnostic(severity, SigmaCodes.NeverFires, rule.Location, $"'{rule.Title}' can never fire on {source}: {string.Join("; ", forms[0].Impossible)}.");
            yield break;
        }

        if (forms.Where(f => f.CanFire).All(f => f.Level is not null))
        {
            yield return new Diagnostic(Severity.Note, SigmaCodes.NeedsLevel, rule.Location, $"'{rule.Title}' fires on {source} only where it logs at level {alive.Level}.");
        }

        if (!alive.Dialect.IsEmpty)
        {
            yield return new Diagnostic(Severity.Note, SigmaCodes.ByDialect, rule.Location, $"'{rule.Title}' fires on {source} by its mapping of another dialect: {string.Join("; ", alive.Dialect)}.");
        }
    }
}
