using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Posture;

/// <summary>Settings of the Docker daemon that speak against what an incident's containers were given. They cannot be replayed: no event tells what a daemon would have answered.</summary>
internal static class DaemonSettings
{
    private const string How = "what a daemon with these settings answers is not in any event, so this was not replayed: try it on a host of its own. They hold after a restart of the daemon; userns-remap hides images and containers that are there already, and whoever may call the engine can ask for --userns=host";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static IEnumerable<Proposal> Of(IReadOnlyList<SeenEvent> incident)
    {
        var settings = new SortedDictionary<string, (JsonNode Value, List<string> Why)>(StringComparer.Ordinal);
        void Add(string name, JsonNode value, SeenEvent seen, string what)
        {
            if (!settings.TryGetValue(name, out var known)) settings[name] = known = (value, []);
            known.Why.Add(SeenEvent.Printable($"{Name(seen)}: {what}"));
        }

        foreach (var seen in incident.Where(e => e.Source is "docker.events" or "" && e.Text("Actor", "ID").Length > 0))
        {
            var host = Plain.At(seen.Record, "inspect", "HostConfig");
            if (Plain.At(host, "Privileged") is true) Add("userns-remap", "default", seen, "it is privileged, which the daemon refuses where users are mapped");
            if (Plain.TextAt(host, "PidMode") == "host") Add("userns-remap", "default", seen, "it sees the processes of the host, which the daemon refuses where users are mapped");
            if (Plain.TextAt(host, "NetworkMode") == "host" || (seen.Text("Type") == "network" && seen.Text("Actor", "Attributes", "type") == "host")) Add("userns-remap", "default", seen, "it is on the network of the host, which the daemon refuses where users are mapped");
            if (Plain.TextsAt(host, "Binds").Any(b => b.StartsWith('/'))) Add("userns-remap", "default", seen, "it mounts paths of the host, on which a mapped user has no rights");
            if (host is not null && !Plain.TextsAt(host, "SecurityOpt").Any(o => o.StartsWith("no-new-privileges", StringComparison.Ordinal))) Add("no-new-privileges", true, seen, "its processes can gain privileges");
            if (Plain.TextAt(host, "NetworkMode") is "bridge" or "default" || (seen.Text("Type") == "network" && seen.Text("Actor", "Attributes", "name") == "bridge")) Add("icc", false, seen, "it is on the default bridge, where every container reaches every other");
        }

        if (settings.Count == 0) yield break;
        var document = new JsonObject(settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value.Value.DeepClone()))).ToJsonString(s_indented) + "\n";
        yield return new Proposal("daemon-settings", ProposalKind.DaemonSettings, "daemon.json: " + string.Join(", ", settings.Keys), [.. settings.SelectMany(s => s.Value.Why.Select(w => $"{s.Key}: {w}")).Distinct(StringComparer.Ordinal).Take(ProposalCheck.MostNamed)], document, null,
            new ProposalCheck(false, How, 0, 0, 0, 0, ImmutableArray<string>.Empty));
    }

    private static string Name(SeenEvent seen) => seen.Text("Actor", "Attributes", "name") is { Length: > 0 } name ? name : seen.Text("Actor", "ID");
}
