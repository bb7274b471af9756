using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Alerting;
using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Detection.Lists;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Validation;

namespace Waterguard.Posture;

/// <summary>What would have kept the detection quiet about something harmless: a suppression drafted from what the incident is about, or its name on a list that a suppression asks. Both are replayed over the incident's
/// events, and over the scenarios of its rules, whose attacks must still be found.</summary>
/// <param name="scenarios">Those of the content; loaded when they are first asked for.</param>
/// <param name="lists">The text of a list's file; null: there is none.</param>
internal sealed class Sharpening(Generation generation, Func<ScenarioCatalog> scenarios, Func<string, string?> lists, TimeProvider time)
{
    private const int Days = 30;

    private static readonly (string List, string Kind)[] s_lists =
        [("automation-identities", "identity"), ("load-tested-workloads", "workload"), ("maintained-hosts", "node"), ("noisy-tools", "identity"), ("registered-image-digests", "image"), ("registered-workloads", "workload")];

    public IEnumerable<Proposal> Of(PostureSubject subject, List<string> notes, CancellationToken cancel)
    {
        var rules = subject.Rules.ToHashSet(StringComparer.Ordinal);
        Alert[] told = [.. IncidentReplay.Run(generation, [.. subject.Events], rules, cancel).Where(a => a.SuppressedBy is null)];
        if (told.Length == 0)
        {
            notes.Add("the events that are shown do not give the alert again by themselves (a correlation shows the first and the last ones): no suppression or list is proposed");
            yield break;
        }

        if (Drafted(subject) is { } draft) yield return draft(told.Length, cancel);
        foreach (var (list, kind) in s_lists)
        {
            if (subject.Only(kind) is { } name && Listed(subject, list, name, told.Length, rules, cancel) is { } proposal) yield return proposal;
        }
    }

    private Func<int, CancellationToken, Proposal>? Drafted(PostureSubject subject)
    {
        var when = new JsonObject(((string[])["identity", "workload", "image", "node"]).Select(k => (Kind: k, Name: subject.Only(k))).Where(k => k.Name is not null).Take(2).Select(k => KeyValuePair.Create($"entity.{k.Kind}", (JsonNode?)Exactly(k.Name!))));
        if (when.Count == 0 || subject.Strategy is not { } strategy || !generation.Strategies.Values.Contains(strategy, StringComparer.Ordinal)) return null;
        var id = $"posture-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject.Id)))[..8]}";
        var about = string.Join(" and ", when.Select(w => w.Key[7..]));
        var document = PolicyYaml.Write(new JsonObject
        {
            ["id"] = id, ["reason"] = $"The alert {SeenEvent.Printable(subject.Id)} was found harmless; this is for the same {about}.", ["owner"] = "whoever applied it",
            ["expires"] = subject.Time.UtcDateTime.AddDays(Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["applies_to"] = new JsonArray([.. subject.Rules.Select(r => (JsonNode?)r)]), ["when"] = when,
        });
        return (count, cancel) =>
        {
            var path = $"strategies/{strategy}/suppressions/{id}.yml";
            var bag = new DiagnosticBag();
            var read = SuppressionLoader.Load([(path, document)], _ => true, bag, RuleLoadOptions.Default);
            if (read is not [var suppression]) return new Proposal(id, ProposalKind.Suppression, "a suppression", [], document, path, new ProposalCheck(false, "it cannot be read: " + bag.ToSorted().FirstOrDefault()?.Message, 0, 0, 0, 0, []));
            var check = Check(IncidentReplay.With(generation, suppression), subject, count, [id], cancel);
            return new Proposal(id, ProposalKind.Suppression, $"such alerts of the same {about} are known to be benign for {Days} days", [$"{subject.Id}: found not to be suspicious"], document, path, check);
        };
    }

    private Proposal? Listed(PostureSubject subject, string list, string name, int told, IReadOnlySet<string> rules, CancellationToken cancel)
    {
        // An entry is one line of printable characters that is no comment, no network and no domain.
        if (name.Any(c => c is < '!' or > '~') || name[0] is '#' or '*' or '.' or '"' || (list == "registered-image-digests" && !name.Contains("sha256:", StringComparison.Ordinal)) || System.Net.IPNetwork.TryParse(name, out _) || lists(list) is not { } text) return null;
        var entry = list == "registered-image-digests" ? name[name.IndexOf("sha256:", StringComparison.Ordinal)..] : name;
        var document = $"{text.TrimEnd('\n')}\n{entry}\n";
        var path = $"lists/{list}.txt";
        var changed = IncidentReplay.With(generation, list, ListReading.Of(path, Encoding.UTF8.GetBytes(document), time.GetUtcNow()).Entries);
        var left = IncidentReplay.Run(changed, [.. subject.Events], rules, cancel).Count(a => a.SuppressedBy is null);
        if (left >= told) return null;
        var check = Check(changed, subject, told, [.. generation.Suppressions.Select(s => s.Id)], cancel);
        return new Proposal($"list-{list}", ProposalKind.ListEntry, $"{entry} on the list {list}", [$"{subject.Id}: found not to be suspicious"], document, path, check);
    }

    private ProposalCheck Check(Generation changed, PostureSubject subject, int told, IReadOnlyList<string> suppressions, CancellationToken cancel)
    {
        var left = IncidentReplay.Run(changed, [.. subject.Events], subject.Rules.ToHashSet(StringComparer.Ordinal), cancel).Count(a => a.SuppressedBy is null);
        var (played, hidden) = HiddenScenarios.Of(changed, scenarios(), HiddenScenarios.Names(generation, subject.Rules), suppressions, time, cancel);
        var how = string.Create(CultureInfo.InvariantCulture, $"the incident's events were put through the pipeline again ({told - left} of {told} alerts are covered), and {played} scenarios of its rules ({hidden.Length} attacks would be hidden)");
        return new ProposalCheck(true, how, told - left, told, hidden.Length, played, [.. hidden.Take(ProposalCheck.MostNamed).Select(h => $"the scenario {h.Result.Scenario.Id}")]);
    }

    // In a condition * and ? stand for others, and a backslash takes that from them.
    private static string Exactly(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
}
