using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Waterguard.Posture.Network;

/// <summary>Policies that would have denied connections of an incident: they deny all, and allow what the workload was seen to do in other times.</summary>
internal static class NetworkProposals
{
    /// <summary>The label with a namespace's name, which every namespace bears.</summary>
    public const string SpaceLabel = "kubernetes.io/metadata.name";

    private const int MostPeers = 200;

    /// <param name="notes">Gets what cannot be proposed, and why.</param>
    public static IEnumerable<Proposal> Of(IReadOnlyList<SeenEvent> incident, IReadOnlyList<SeenEvent> others, List<string> notes)
    {
        var known = SeenFlow.Parties([.. others, .. incident]);
        SeenFlow[] flows = [.. SeenFlow.All(incident, known).DistinctBy(f => f.Id, StringComparer.Ordinal)];
        var ids = flows.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        SeenFlow[] rest = [.. SeenFlow.All(others, known).Where(f => !ids.Contains(f.Id)).DistinctBy(f => f.Id, StringComparer.Ordinal)];
        if (flows.Any(f => f.Source is null && f.Destination is null)) notes.Add("of some connections neither end is known as a pod with its labels: flows of Hubble tell them");
        foreach (var group in flows.Where(f => f.Source is not null || f.Destination is not null).GroupBy(f => f.Source is { Telling.IsEmpty: false } ? (IsOut: true, f.Source.Says) : (IsOut: false, f.Destination?.Says ?? "")))
        {
            var isOut = group.Key.IsOut;
            var party = isOut ? group.First().Source : group.First().Destination;
            if (party is null || party.Telling.IsEmpty) notes.Add($"the pods of {party?.Says ?? group.First().Says} bear no label that tells them from others");
            else if (Propose(party, isOut, [.. group], flows.Length, rest, notes) is { } proposal) yield return proposal;
        }
    }

    private static Proposal? Propose(Party party, bool isOut, SeenFlow[] bad, int all, SeenFlow[] rest, List<string> notes)
    {
        SeenFlow[] own = [.. rest.Where(f => (isOut ? f.Source : f.Destination)?.Says == party.Says)];
        var shunned = bad.Select(f => Peer(f, isOut)).ToHashSet(StringComparer.Ordinal);
        var peers = own.Where(f => !shunned.Contains(Peer(f, isOut))).GroupBy(f => Peer(f, isOut), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        if (peers.Length > MostPeers)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{party.Says} was seen with {peers.Length} others: more than a policy should name ({MostPeers})"));
            return null;
        }

        var rules = new JsonArray([.. peers.Select(g => (JsonNode?)Rule(g, isOut))]);
        var name = $"waterguard-{(isOut ? "egress" : "ingress")}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(party.Says)))[..8]}";
        var spec = new JsonObject { ["podSelector"] = Labels(party.Telling), ["policyTypes"] = new JsonArray(isOut ? "Egress" : "Ingress"), [isOut ? "egress" : "ingress"] = rules };
        var document = PolicyYaml.Write(new JsonObject { ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "NetworkPolicy", ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = party.Namespace }, ["spec"] = spec });
        var policy = PolicyOfFlows.Read(document);
        SeenFlow[] denied = [.. bad.Where(f => policy.Denies(f) == true)];
        SeenFlow[] hit = [.. rest.Where(f => policy.Denies(f) == true)];
        var how = string.Create(CultureInfo.InvariantCulture, $"its own text was evaluated on the connections of the incident ({denied.Length} of {all} denied) and on {own.Length} others of this workload at hand ({own.Length - hit.Length} still allowed); other policies that allow the same were not looked at");
        return new Proposal(name, ProposalKind.NetworkPolicy, $"{party.Says} may {(isOut ? "open connections only to" : "be connected to only by")} what was seen in other times", [.. denied.Take(ProposalCheck.MostNamed).Select(d => d.Says)], document, null,
            new ProposalCheck(true, how, denied.Length, all, hit.Length, own.Length, [.. hit.Take(ProposalCheck.MostNamed).Select(h => h.Says)]) { Caution = own.Length == 0 ? "nothing else of this workload is at hand: all that it needs would be denied" : null });
    }

    private static JsonObject Rule(IEnumerable<SeenFlow> flows, bool isOut)
    {
        var first = flows.First();
        var (party, address) = isOut ? (first.Destination, first.To) : (first.Source, first.From);
        var peer = party is { Telling.IsEmpty: false }
            ? new JsonObject { ["namespaceSelector"] = Labels([KeyValuePair.Create(SpaceLabel, party.Namespace)]), ["podSelector"] = Labels(party.Telling) }
            : party is not null ? new JsonObject { ["namespaceSelector"] = Labels([KeyValuePair.Create(SpaceLabel, party.Namespace)]) }
            : new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = $"{address}/{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)}" } };
        var ports = flows.Select(f => (f.Protocol, f.Port)).Distinct().Order().Select(p => (JsonNode?)new JsonObject { ["protocol"] = p.Protocol, ["port"] = p.Port });
        return new JsonObject { [isOut ? "to" : "from"] = new JsonArray(peer), ["ports"] = new JsonArray([.. ports]) };
    }

    private static string Peer(SeenFlow flow, bool isOut) => (isOut ? flow.Destination : flow.Source)?.Says ?? (isOut ? flow.To : flow.From).ToString();

    private static JsonObject Labels(IEnumerable<KeyValuePair<string, string>> labels) => new() { ["matchLabels"] = new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))) };
}
