using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Pipeline;
using Waterguard.Response.Actions;

namespace Waterguard.Responding;

/// <summary>What speaks for an incident being harmless, and what against: maintenance in force, registered workloads, pipelines and tests, suppressions that would almost have covered it, and our own
/// scenarios. It reads the incident and the content, and nothing else. Thread-safe.</summary>
internal sealed partial class Assess(Func<Generation> content) : IResponseAction
{
    /// <summary>The input with the alert or incident, as JSON.</summary>
    public const string Incident = "incident";

    private static readonly string[] s_known = ["automation-identities", "load-tested-workloads", "maintained-hosts", "noisy-tools", "registered-image-digests", "registered-workloads", "test-namespaces"];

    public string Name => "assess";

    public ActionRisk Risk => ActionRisk.Read;

    public string Permissions => "nothing but the incident and the content";

    public ImmutableArray<string> Inputs => [Incident];

    public bool CanUndo => false;

    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel) =>
        Task.FromResult(new ActionPlan(target, [], "say whether it is benign, unknown or suspicious, and why", [], null, ImmutableSortedDictionary<string, string>.Empty));

    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => Task.CompletedTask;

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel)
    {
        var (verdict, reasons) = Judge(plan.Target[Incident]);
        return Task.FromResult(new ActionProbe(true, $"{verdict}: {string.Join("; ", reasons)}"));
    }

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException("an assessment is not undone");

    /// <summary>The verdict, <c>benign</c>, <c>unknown</c> or <c>suspicious</c>, and a sentence for each thing that was found.</summary>
    /// <exception cref="ActionFailedException">The incident cannot be read.</exception>
    public (string Verdict, IReadOnlyList<string> Reasons) Judge(string incident)
    {
        try
        {
            using var document = JsonDocument.Parse(incident);
            return Judge(document.RootElement, incident);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ActionFailedException($"the incident cannot be read: {e.Message}", e);
        }
    }

    private (string, IReadOnlyList<string>) Judge(JsonElement incident, string text)
    {
        var generation = content();
        var reasons = new List<string>();
        if (OwnScenario().Match(text) is { Success: true } own) reasons.Add($"it carries the mark of our own scenario '{own.Groups["scenario"].Value}'");
        var isOurs = reasons.Count > 0;
        var at = Time(incident);
        var rule = incident.TryGetProperty("rule", out var given) && given.ValueKind == JsonValueKind.Object && given.TryGetProperty("id", out var id) ? id.ToString() : "";
        foreach (var suppression in generation.Suppressions.Where(s => at is { } time && s.IsFor(rule, null, time)))
            reasons.Add($"the suppression '{suppression.Id}' is for this detection at this time, and did not cover it: {suppression.Reason}");
        var registered = Registered(incident, generation).ToArray();
        reasons.AddRange(registered);
        var level = incident.TryGetProperty("level", out var weight) ? weight.ToString() : "";
        var count = incident.TryGetProperty("count", out var several) && several.TryGetInt32(out var number) ? number : 1;
        if (level is "high" or "critical") reasons.Add($"its level is {level}");
        if (count > 1) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{count} alerts speak of it"));
        if (registered.Length == 0) reasons.Add("nothing that it is about is on a list of what is known");
        var verdict = isOurs ? "benign" : registered.Length > 0 && count == 1 ? "unknown" : level is "high" or "critical" || count > 1 ? "suspicious" : "unknown";
        return (verdict, reasons);
    }

    private static IEnumerable<string> Registered(JsonElement incident, Generation generation)
    {
        if (!incident.TryGetProperty("entities", out var entities) || entities.ValueKind != JsonValueKind.Object) yield break;
        foreach (var kind in entities.EnumerateObject().Where(k => k.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var name in kind.Value.EnumerateArray().Select(n => n.ToString()))
            {
                foreach (var list in s_known.Where(l => generation.Lists.Find(l).Contains(Encoding.UTF8.GetBytes(name)))) yield return $"{kind.Name} {name} is on the list {list}";
            }
        }
    }

    private static DateTimeOffset? Time(JsonElement incident) =>
        (incident.TryGetProperty("time", out var time) || incident.TryGetProperty("start", out time)) && DateTimeOffset.TryParse(time.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    [GeneratedRegex(@"waterguard/(?<scenario>[a-z0-9-]{1,80})", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnScenario();
}
