using System.Collections.Immutable;
using Waterguard.Detection.Reach;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;

namespace Waterguard.Coverage;

/// <summary>What a detection can see on what was read.</summary>
internal enum Sight
{
    /// <summary>Nothing that it needs is missing.</summary>
    Sees,

    /// <summary>Nothing is missing, but no record was of the kind that it is for.</summary>
    Idle,

    /// <summary>It can fire on some kinds of records, and not on others.</summary>
    Partly,

    /// <summary>It cannot fire: something that it needs is not there.</summary>
    Blind,

    /// <summary>No source that it is for was read.</summary>
    NoTelemetry,
}

/// <summary>The verdict on one detection.</summary>
/// <param name="Source">The source on which it sees best; the first that it is for when none was read.</param>
/// <param name="Lacks">What is missing, and for which values of the expectation's field.</param>
/// <param name="Fields">Share of the source's events that have each field that it needs.</param>
internal sealed record RuleSight(
    RuleHeader Rule, string Source, Sight Sight, ImmutableArray<(Expectation Expectation, ImmutableArray<string> For)> Lacks, ImmutableSortedDictionary<string, double> Fields);

/// <summary>Judges rules on the counts of one source.</summary>
internal sealed class RuleJudgement
{
    private readonly ImmutableArray<FormCount> _forms;
    private readonly ImmutableArray<ExpectationSum> _failing;
    private readonly ImmutableArray<ExpectationSum> _apart;
    private readonly ImmutableArray<Part> _parts;

    public RuleJudgement(string source, IEnumerable<FormCount> forms, IEnumerable<Part> parts)
    {
        _parts = [.. parts.Where(p => p.Source == source)];
        Source = source;
        _forms = [.. forms.OrderByDescending(f => f.Events)];
        Sums = [.. _forms.SelectMany(f => f.Expectations).GroupBy(e => e.Expectation).Select(ExpectationSum.Of)];
        _failing = [.. Sums.Where(s => s.Expectation.Per is null && s.Fails)];
        _apart = [.. Sums.Where(s => s.Expectation.Per is not null)];
    }

    public string Source { get; }

    public ImmutableArray<ExpectationSum> Sums { get; }

    public long Events => _forms.Sum(f => f.Events);

    public ImmutableArray<FormCount> Forms => _forms;

    /// <summary>The verdict; null when the rule is not for any form that was read.</summary>
    public RuleSight? Judge(SigmaRule rule)
    {
        RuleSight? best = null;
        foreach (var form in _forms.Where(f => f.Form.Takes(rule.LogSource) && !f.Form.IsEnvelope))
        {
            var sight = Judge(rule, form);
            if (best is null || sight.Sight < best.Sight) best = sight;
        }

        return best;
    }

    private RuleSight Judge(SigmaRule rule, FormCount form)
    {
        var needs = RuleNeeds.Of(rule, form.Form);
        var fields = needs.Fields.ToImmutableSortedDictionary(f => f, f => (double)_forms.Where(c => c.Names.Contains(f)).Sum(c => c.Filled(f)) / Math.Max(1, Events), StringComparer.Ordinal);
        RuleSight Verdict(Sight sight, IEnumerable<(Expectation, ImmutableArray<string>)> lacks) => new(rule.Header, Source, sight, [.. lacks], fields);

        // What the source cannot say at all, rules check tells.
        if (!needs.CanFire(_ => true)) return Verdict(Sight.Idle, []);
        if (!needs.CanFire(n => Available(n, form.Form, _failing)))
        {
            // Where one alone would not do it, all together did.
            var alone = _failing.Where(f => needs.Fields.Any(n => !Available(n, form.Form, [f]))).DefaultIfEmpty(_failing[0]).ToArray();
            return Verdict(Sight.Blind, alone.Select(f => (f.Expectation, ImmutableArray<string>.Empty)));
        }

        var (sees, relevant, lacks) = (0, 0, new Dictionary<Expectation, List<string>>());
        foreach (var group in _apart.GroupBy(a => a.Expectation.Per!, StringComparer.Ordinal))
        {
            foreach (var key in group.SelectMany(g => g.Keys.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (!needs.CanFire(n => Available(n, form.Form, _failing) && Has(n, form.Form, group, key), group.Key, key)) continue;
                relevant++;
                var missing = group.Where(g => g.FailsFor(key)).ToImmutableArray();
                if (needs.CanFire(n => Available(n, form.Form, _failing.AddRange(missing)), group.Key, key)) sees++;
                else
                {
                    foreach (var lack in missing.Where(m => needs.Fields.Any(n => !Available(n, form.Form, [m]))))
                    {
                        if (!lacks.TryGetValue(lack.Expectation, out var keys)) lacks[lack.Expectation] = keys = [];
                        keys.Add(key);
                    }
                }
            }
        }

        var apart = !needs.Fields.All(n => Available(n, form.Form, _apart));
        if (!apart || _apart.IsEmpty) return Verdict(Sight.Sees, []);
        if (relevant == 0) return Verdict(Sight.Idle, []);
        return Verdict(sees == relevant ? Sight.Sees : sees == 0 ? Sight.Blind : Sight.Partly, lacks.OrderBy(l => l.Key.Fields[0], StringComparer.Ordinal).Select(l => (l.Key, l.Value.ToImmutableArray())));
    }

    // A name has a value unless every place where it can stand lies below something that is missing.
    private static bool Available(string name, EventShape form, ImmutableArray<ExpectationSum> missing)
    {
        bool Gone(string path) => missing.Any(m => m.Expectation.Fields.Any(f => Lies(path, f)));
        return !Gone(Plain(name)) && !(RuleNeeds.PathsOf(name, form) is { IsEmpty: false } paths && paths.All(p => Gone(Plain(p))));
    }

    // Whether records with that value can have the name at all.
    private bool Has(string name, EventShape form, IEnumerable<ExpectationSum> bodies, string key)
    {
        bool IsPartOfOthers(string path) => bodies.Any(b => b.Expectation.Fields.Any(f => _parts.Any(p => p.Per == b.Expectation.Per && !p.In.Contains(key, StringComparer.Ordinal) && p.Paths.Any(below => Lies(path, f + "." + below)))));
        return RuleNeeds.PathsOf(name, form) is not { IsEmpty: false } paths || paths.Any(p => !IsPartOfOthers(Plain(p)));
    }

    private static bool Lies(string path, string below) => path == below || path.StartsWith(below + ".", StringComparison.Ordinal);

    // Without the marks of arrays and quotes.
    private static string Plain(string path)
    {
        if (path.AsSpan().IndexOfAny('[', '"') < 0) return path;
        return string.Concat(path.Replace("\"", "", StringComparison.Ordinal).Split('[').Select((part, i) => i == 0 ? part : part[(part.IndexOf(']', StringComparison.Ordinal) + 1)..]));
    }
}

/// <summary>An expectation over all forms of a source.</summary>
internal sealed record ExpectationSum(Expectation Expectation, long Present, long Eligible, ImmutableSortedDictionary<string, (long Present, long Eligible)> Keys)
{
    public double Share => Eligible == 0 ? 1 : (double)Present / Eligible;

    public bool Fails => Eligible > 0 && Share < Expectation.Least;

    public IEnumerable<string> FailingKeys => Keys.Keys.Where(FailsFor);

    public bool FailsFor(string key) => Keys.TryGetValue(key, out var count) && count.Present < Expectation.Least * count.Eligible;

    public static ExpectationSum Of(IGrouping<Expectation, ExpectationCount> counts) => new(
        counts.Key, counts.Sum(c => c.Present), counts.Sum(c => c.Eligible),
        counts.SelectMany(c => c.Keys).GroupBy(k => k.Key, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => (g.Sum(k => k.Value.Present), g.Sum(k => k.Value.Eligible)), StringComparer.Ordinal));
}
