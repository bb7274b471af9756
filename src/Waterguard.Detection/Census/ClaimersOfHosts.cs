namespace Waterguard.Detection.Census;

/// <summary>One who claims containers, about one cluster or, for an engine, one host.</summary>
internal readonly record struct Claimer(Witness Witness, string Cluster, string Host);

/// <summary>Which claimers answer for a host, and since when that is known: one that named it as the place of something, or that claimed a container that was seen there. Only for those
/// is silence about a container a statement. Does not depend on the order of facts.</summary>
internal sealed class ClaimersOfHosts
{
    private readonly Dictionary<Claimer, Dictionary<string, long>> _hosts = [];
    private readonly Dictionary<(View View, string Host), long> _seen = [];

    /// <summary>All claimers, and when each was first heard of.</summary>
    public IEnumerable<Claimer> All => _hosts.Keys.OrderBy(c => c.Witness.Name, StringComparer.Ordinal).ThenBy(c => c.Cluster, StringComparer.Ordinal).ThenBy(c => c.Host, StringComparer.Ordinal);

    /// <summary>What a fact says of who answers for which host.</summary>
    /// <param name="records">What is known of the container that it is about.</param>
    public void Learn(Fact fact, List<ContainerRecord> records)
    {
        if (fact.Witness.Claims)
        {
            var claimer = Of(fact);
            Note(claimer, fact.Host, fact.Ticks);
        }

        // The claim and the sighting may come in any order.
        foreach (var seen in records)
        {
            if (seen.Host.Length == 0) continue;
            var first = First(seen, w => w.View == View.Runtime);
            if (first == long.MaxValue) continue;
            foreach (var claimed in records)
            {
                if (claimed.Host.Length > 0 && !Hosts.AreSame(claimed.Host, seen.Host)) continue;
                foreach (var (speaker, sayings) in claimed.Voices)
                {
                    if (!speaker.Witness.Claims) continue;
                    var both = Math.Max(first, sayings.First);
                    Note(new Claimer(speaker.Witness, speaker.Cluster, HostOf(speaker.Witness, claimed.Host)), seen.Host, both);
                    var key = (speaker.Witness.View, seen.Host);
                    _seen[key] = _seen.TryGetValue(key, out var known) ? Math.Min(known, both) : both;
                }
            }
        }
    }

    /// <summary>Those that answered for a host by a time.</summary>
    public List<Claimer> Of(string host, long until) =>
        [.. All.Where(c => _hosts[c].Any(h => h.Key.Length > 0 && h.Value <= until && Hosts.AreSame(h.Key, host)))];

    /// <summary>Those of a kind that had spoken at all by a time.</summary>
    public List<Claimer> Known(View view, long until) => [.. All.Where(c => c.Witness.View == view && _hosts[c].Values.Any(v => v <= until))];

    /// <summary>Whether something that a claimer of that kind claims was seen on a host by a time.</summary>
    public bool SeenOn(string host, View view, long until) => _seen.Any(s => s.Key.View == view && s.Value <= until && Hosts.AreSame(s.Key.Host, host));

    private static Claimer Of(Fact fact) => new(fact.Witness, fact.Cluster, HostOf(fact.Witness, fact.Host));

    // An API speaks for all nodes; an engine for its host alone.
    private static string HostOf(Witness witness, string host) => witness.View == View.Engine ? host : "";

    private static long First(ContainerRecord record, Func<Witness, bool> of) => record.Of(of).Select(s => s.First).DefaultIfEmpty(long.MaxValue).Min();

    private void Note(Claimer claimer, string host, long ticks)
    {
        if (!_hosts.TryGetValue(claimer, out var hosts)) hosts = _hosts[claimer] = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        hosts[host] = hosts.TryGetValue(host, out var known) ? Math.Min(known, ticks) : ticks;
    }
}
