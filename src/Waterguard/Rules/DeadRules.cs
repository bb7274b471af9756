using Waterguard.Content;
using Waterguard.Detection.Reach;
using Waterguard.Events.Shapes;
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

        foreach (var source in routed)
        {
            foreach (var finding in Find(rule, source)) yield return finding;
        }
    }

    private static IEnumerable<Diagnostic> Find(SigmaRule rule, SourceDefinition source)
    {
        var reaches = source.Forms.Where(f => f.Unwrap is null).Select(f => RuleReach.Of(rule, f)).ToArray();
        if (reaches.Length == 0) yield break;
        var (at, title) = (rule.Header.Location, rule.Header.Title);
        if (reaches.All(r => !r.CanFire))
        {
            yield return new Diagnostic(Severity.Warning, SigmaCodes.NeverFires, at, $"'{title}' can never fire on {source.Name}: {string.Join("; ", reaches[0].Impossible)}.");
            yield break;
        }

        var alive = reaches.Where(r => r.CanFire).ToArray();
        if (Array.TrueForAll(alive, r => r.Level is not null))
        {
            yield return new Diagnostic(Severity.Note, SigmaCodes.NeedsLevel, at, $"'{title}' fires on {source.Name} only where it logs at level {alive[0].Level}.");
        }

        if (alive[0].Dialect is { IsEmpty: false } dialect)
        {
            yield return new Diagnostic(Severity.Note, SigmaCodes.ByDialect, at, $"'{title}' fires on {source.Name} by its mapping of another dialect: {string.Join("; ", dialect)}.");
        }
    }
}
