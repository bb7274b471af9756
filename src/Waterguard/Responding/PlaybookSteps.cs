using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Content.Yaml;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Responding;

/// <summary>Makes the steps of a playbook ready for one incident: what stands in braces is filled with the incident's entities.</summary>
internal static class PlaybookSteps
{
    private const int ShortId = 12;
    private const int WholeId = 64;

    /// <param name="entities">Kind -> names; several are told as several, so that a step on one of them is refused until somebody chooses.</param>
    /// <param name="id">Of the alert or incident.</param>
    /// <param name="incident">The alert or incident itself, for steps that look at it.</param>
    public static IEnumerable<ResponseStep> Of(Playbook playbook, string id, IReadOnlyDictionary<string, IReadOnlyList<string>> entities, string incident) =>
        playbook.Steps.Select(s => new ResponseStep(s.Id, s.Action, (ActionRisk)(int)s.Risk, s.Needs, s.Approve, s.UndoAfter, Inputs(s, id, entities, incident)));

    /// <summary>The entities of an alert or an incident, by kind.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public static (string Id, IReadOnlyDictionary<string, IReadOnlyList<string>> Entities) Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("id", out var id) || !root.TryGetProperty("entities", out var entities) || entities.ValueKind != JsonValueKind.Object) throw new JsonException("this is neither an alert nor an incident");
        return (id.ToString(), entities.EnumerateObject().Where(e => e.Value.ValueKind == JsonValueKind.Array)
            .ToDictionary(e => e.Name, e => (IReadOnlyList<string>)[.. e.Value.EnumerateArray().Select(v => v.ToString())], StringComparer.Ordinal));
    }

    private static ImmutableSortedDictionary<string, string> Inputs(PlaybookStep step, string id, IReadOnlyDictionary<string, IReadOnlyList<string>> entities, string incident)
    {
        var told = (step.With?.Entries ?? []).ToImmutableSortedDictionary(e => e.Name, e => Filled(e.Value is YamlScalar scalar ? scalar.Text ?? "" : "", entities), StringComparer.Ordinal);
        return step.Action switch
        {
            "assess" or "investigate" or "posture.apply" or "posture.propose" => told.SetItem(Assess.Incident, incident),
            "escalate" or "notify.email" or "notify.syslog" or "notify.webhook" => told.SetItem(TellPeople.Id, id),
            _ => PodHints.With(told, entities, incident),
        };
    }

    private static string Filled(string text, IReadOnlyDictionary<string, IReadOnlyList<string>> entities)
    {
        foreach (var (kind, names) in entities) text = text.Replace("{{" + kind + "}}", string.Join(",", kind == "container" ? Ids(names) : names), StringComparison.Ordinal);
        return text.Contains("{{", StringComparison.Ordinal) ? "" : text;
    }

    // An alert names a container by its id, a shorter form of it, and its name: only the whole id is nobody else's.
    private static IEnumerable<string> Ids(IReadOnlyList<string> names)
    {
        string[] ids = [.. names.Where(n => n.Length is >= ShortId and <= WholeId && n.All(char.IsAsciiHexDigitLower))];
        return ids.Length == 0 ? names : ids.Where(i => !ids.Any(other => other.Length > i.Length && other.StartsWith(i, StringComparison.Ordinal)));
    }
}
