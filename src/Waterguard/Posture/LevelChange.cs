using System.Globalization;
using System.Text.RegularExpressions;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Validation;

namespace Waterguard.Posture;

/// <summary>Another level for a rule, by what people have said of its incidents: one lower where all were benign, one higher where all were attacks. It is the rule's own file with another level; it is read again, and replayed over the incident's
/// events and over the scenarios of the rule, whose attacks must still be found.</summary>
/// <param name="scenarios">Those of the content; loaded when they are first asked for.</param>
/// <param name="files">The content's files, to be changed by who asks for them.</param>
internal sealed partial class LevelChange(Generation generation, Func<ScenarioCatalog> scenarios, Func<ContentFiles> files, ContentOptions options, Func<string, PastVerdicts> verdicts, TimeProvider time)
{
    /// <summary>Verdicts that are enough: fewer may be chance.</summary>
    public const int Enough = 5;

    public IEnumerable<Proposal> Of(PostureSubject subject, List<string> notes, CancellationToken cancel)
    {
        foreach (var header in generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header)).Where(h => subject.Rules.Contains(h.Id, StringComparer.Ordinal)))
        {
            var past = verdicts(header.Id);
            var isLower = past is { Malicious: 0, Undetermined: 0, Benign: >= Enough };
            if (!isLower && past is not { Benign: 0, Undetermined: 0, Malicious: >= Enough }) continue;
            var level = header.Level + (isLower ? -1 : 1);
            if (level is < Level.Low or > Level.Critical) continue; // what is lower than low is told to nobody
            if (Changed(header.Location.File, level) is { } document) yield return Tried(header, level, document, past, subject, cancel);
            else notes.Add($"the level of '{header.Title}' is not changed: its file has no one line that says it");
        }
    }

    private Proposal Tried(RuleHeader header, Level level, string document, PastVerdicts past, PostureSubject subject, CancellationToken cancel)
    {
        var path = header.Location.File;
        var with = files();
        with.Put(path, document);
        var changed = GenerationLoader.Load(options with { Examples = false }, with);
        var rules = new HashSet<string>([header.Id], StringComparer.Ordinal);
        var before = IncidentReplay.Run(generation, [.. subject.Events], rules, cancel);
        var after = IncidentReplay.Run(changed, [.. subject.Events], rules, cancel).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var moved = before.Count(b => after.TryGetValue(b.Id, out var now) && (level < header.Level ? now.Rule.Level < b.Rule.Level : now.Rule.Level > b.Rule.Level));
        var (played, lost) = Lost(changed, header, cancel);
        var (was, becomes) = (AlertJson.Name(header.Level), AlertJson.Name(level));
        var how = string.Create(CultureInfo.InvariantCulture, $"the incident's events were put through the pipeline with the changed rule ({moved} of {before.Count} alerts are {(level < header.Level ? "lower" : "higher")}), and {played} scenarios of it ({lost.Length} attacks would not be found any more)");
        var why = string.Create(CultureInfo.InvariantCulture, $"people found {past.Benign} incidents with it benign and {past.Malicious} malicious{(past.IsWhole ? "" : ", of those that were looked at")}");
        return new Proposal($"level-{header.Id[..8]}", ProposalKind.RuleLevel, $"'{header.Title}' is {becomes} instead of {was}", [why], document, path, new ProposalCheck(true, how, moved, before.Count, lost.Length, played, [.. lost.Take(ProposalCheck.MostNamed).Select(l => $"the scenario {l}")]));
    }

    // Attacks that the rule finds now, and would not find then.
    private (int Played, string[] Lost) Lost(Generation changed, RuleHeader header, CancellationToken cancel)
    {
        var names = HiddenScenarios.Names(generation, [header.Id]);
        var chosen = scenarios().Scenarios.Where(s => !s.Scenario.IsLive && s.Scenario.Expect.Any(e => names.Contains(e.Rule))).ToArray();
        if (chosen.Length == 0) return (0, []);
        string[] Fired(Generation content) => [.. ValidationRun.Of(chosen, new ScanStage(content).Play, Math.Max(1, Environment.ProcessorCount / 2), time, cancel).Run.Where(r => r.Fired && names.Contains(r.Expected.Rule)).Select(r => r.Scenario.Id)];
        return (chosen.Length, [.. Fired(generation).Except(Fired(changed), StringComparer.Ordinal)]);
    }

    private string? Changed(string path, Level level)
    {
        var text = files().Below("strategies", ".yml", ".yaml").Where(f => f.Path == path).Select(f => f.Text).FirstOrDefault();
        return text is not null && LevelLine().Count(text) == 1 ? LevelLine().Replace(text, "level: " + AlertJson.Name(level)) : null;
    }

    [GeneratedRegex(@"^level:[ \t]*[a-z]+(?=[ \t]*(#.*)?\r?$)", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LevelLine();
}
