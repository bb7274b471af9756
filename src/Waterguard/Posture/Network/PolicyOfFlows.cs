using System.Net;

namespace Waterguard.Posture.Network;

/// <summary>A NetworkPolicy, read from its text, and what it says of connections: as far as ours are written, with labels, blocks of addresses and ports. Immutable.</summary>
internal sealed class PolicyOfFlows
{
    private readonly string _namespace;
    private readonly object _selector;
    private readonly object _spec;

    private PolicyOfFlows(object policy)
    {
        _namespace = Plain.TextAt(policy, "metadata", "namespace");
        _spec = Plain.At(policy, "spec") ?? throw new FormatException("this is no network policy");
        _selector = Plain.At(_spec, "podSelector") ?? throw new FormatException("this network policy selects nothing");
    }

    /// <exception cref="FormatException">It is no NetworkPolicy.</exception>
    public static PolicyOfFlows Read(string yaml) => PolicyYaml.Read(yaml) is [var policy] && Plain.TextAt(policy, "kind") == "NetworkPolicy" ? new PolicyOfFlows(policy) : throw new FormatException("this is no network policy");

    /// <summary>Whether it denies a connection, as long as no other policy allows it; null: it does not concern it.</summary>
    public bool? Denies(SeenFlow flow)
    {
        var types = Plain.TextsAt(_spec, "policyTypes").ToArray();
        bool? denied = null;
        if (types.Contains("Egress") && Selects(flow.Source)) denied = !Allows("egress", "to", flow, flow.Destination, flow.To);
        if (types.Contains("Ingress") && Selects(flow.Destination) && denied != true) denied = !Allows("ingress", "from", flow, flow.Source, flow.From);
        return denied;
    }

    private bool Selects(Party? party) => party is not null && party.Namespace == _namespace && Bears(_selector, party.Labels.GetValueOrDefault);

    private bool Allows(string rules, string peers, SeenFlow flow, Party? party, IPAddress address) => Plain.ListAt(_spec, rules).Any(rule =>
        (Plain.ListAt(rule, "ports") is not { Count: > 0 } ports || ports.Any(p => Plain.TextAt(p, "protocol") == flow.Protocol && Plain.At(p, "port") is decimal port && port == flow.Port))
        && (Plain.ListAt(rule, peers) is not { Count: > 0 } among || among.Any(p => Is(p, party, address))));

    private bool Is(object peer, Party? party, IPAddress address)
    {
        // Blocks are of what is outside: whether they hold for pods differs between plugins.
        if (Plain.TextAt(peer, "ipBlock", "cidr") is { Length: > 0 } block) return party is null && IPNetwork.TryParse(block, out var network) && network.Contains(address);
        if (party is null) return false;
        var spaces = Plain.At(peer, "namespaceSelector");
        return (spaces is null ? party.Namespace == _namespace : Bears(spaces, k => k == NetworkProposals.SpaceLabel ? party.Namespace : null)) && (Plain.At(peer, "podSelector") is not { } pods || Bears(pods, party.Labels.GetValueOrDefault));
    }

    private static bool Bears(object selector, Func<string, string?> label) => Plain.At(selector, "matchLabels") is not IReadOnlyDictionary<string, object> wanted || wanted.All(w => label(w.Key) == w.Value as string);
}
