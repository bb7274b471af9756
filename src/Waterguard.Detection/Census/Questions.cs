using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>The answer to a question between witnesses.</summary>
/// <param name="Health">Unwell: nothing can be said.</param>
/// <param name="Certain">When it was certain; where it is not, until when one waits.</param>
/// <param name="Missing">Who should have spoken; empty: they agree.</param>
internal readonly record struct Answer(Health Health, long Certain, ImmutableArray<string> Missing, string Claim)
{
    public static Answer Agreed(long at) => new(Health.Well, at, [], "");

    public static Answer Undecided(long at) => new(Health.Unwell, at, [], "");
}

/// <summary>The questions that are asked of a container that began at <c>from</c>, with what was told up to <c>due</c>.</summary>
internal sealed class Questions(ContainerCensus census)
{
    private static readonly long Grace = CrossView.Grace.Ticks;

    /// <summary>It runs: does somebody who answers for the host say that it is theirs?</summary>
    public Answer Unclaimed(ContainerRecord seen, long from, long due)
    {
        var records = census.Records(seen.Id).FindAll(r => Hosts.Fit(r.Host, seen.Host));
        if (records.Exists(r => IsClaimed(r, from, due) && !IsTaken(r, seen, due)) || IsOfKnownPod(seen, from, due)) return Answer.Agreed(due);

        // What was there before anybody looked may have been claimed before anybody listened.
        if (IsOlderThanTheView(seen, from, due, out var began)) return Answer.Undecided(due);
        var claimers = census.Claimers.Of(seen.Host, due);
        var view = seen.Told.At(Part.Runtime, due, due) switch { "moby" => View.Engine, "k8s.io" => View.Orchestrator, _ => (View?)null };
        if (view is { } expected && claimers.Exists(c => c.Witness.View == expected)) claimers.RemoveAll(c => c.Witness.View != expected);
        return Heard(claimers, began - Grace, due, seen.Host, "");
    }

    /// <summary>Its labels name a pod: does an orchestrator know that pod, there, with this container?</summary>
    public Answer Pretended(ContainerRecord labelled, long from, long due)
    {
        // The engine that made it is asked about, where it tells of it.
        var records = census.Records(labelled.Id).FindAll(r => Hosts.Fit(r.Host, labelled.Host));
        if (!labelled.Of(w => w.View == View.Engine).Any() && records.Exists(r => r.Of(w => w.View == View.Engine).Any(s => s.First <= due))) return Answer.Agreed(due);
        var (uid, name, space) = (labelled.Told.At(Part.LabelUid, due, due), labelled.Told.At(Part.LabelPod, due, due), labelled.Told.At(Part.LabelNamespace, due, due));
        if (uid.Length + name.Length == 0) return Answer.Agreed(due);
        var host = records.Select(r => r.Host).Where(h => h.Length > 0).Order(StringComparer.Ordinal).FirstOrDefault("");
        var claimers = census.Claimers.Of(host, due).FindAll(c => c.Witness.View == View.Orchestrator);
        if (claimers.Count == 0) claimers = census.Claimers.Known(View.Orchestrator, due);
        var pods = Pods(uid, space, name, due).Where(p => IsThere(p, host, from, due) && claimers.Exists(c => Clusters.Fit(c.Cluster, p.Name.Cluster))).ToArray();
        if (Array.Exists(pods, p => HasContainer(p, labelled, due))) return Answer.Agreed(due);
        if (!labelled.Of(w => w.View == View.Engine).Any() && IsOlderThanTheView(labelled, from, due, out _)) return Answer.Undecided(due);
        return Heard(claimers, from - Grace, due, "", name.Length > 0 ? $"{space}/{name}" : uid);
    }

    /// <summary>It runs, says the orchestrator: was it seen on its node, where others of the orchestrator's are seen?</summary>
    public Answer Absent(ContainerRecord claimed, long from, long due)
    {
        var records = census.Records(claimed.Id).FindAll(r => Hosts.Fit(r.Host, claimed.Host));
        if (claimed.Told.At(Part.Running, due, due).Length == 0) return Answer.Agreed(due);
        if (records.Exists(r => r.Of(w => w.View == View.Runtime).Any(s => s.ThereIn(from - Grace, due)))) return Answer.Agreed(due);
        if (claimed.Lives(due).Any(l => l.To is { } to && to > from) || PodEnds(claimed, from, due)) return Answer.Agreed(due);
        if (!SeesTheOrchestrators(claimed, due)) return Answer.Undecided(due);
        var sensors = census.Sensors(claimed.Host);
        if (sensors.Count == 0) return Answer.Undecided(due);
        var (certain, unknown) = (due, false);
        foreach (var (sensor, minutes) in sensors)
        {
            var (health, at) = WitnessHealth.Over(minutes, sensor.Interval ?? CrossView.Grace, from - Grace, due);
            if (health == Health.Unwell) return Answer.Undecided(due);
            unknown |= health == Health.Unknown;
            certain = Math.Max(certain, at);
        }

        return new Answer(unknown ? Health.Unknown : Health.Well, certain, [.. sensors.Select(s => $"{s.Witness.Name} on {claimed.Host}")], "");
    }

    // All who could be missing must have been well: else the one that was not may be the one that knows.
    private Answer Heard(List<Claimer> claimers, long from, long due, string host, string claim)
    {
        if (claimers.Count == 0) return Answer.Undecided(due);
        var (certain, unknown) = (due, false);
        foreach (var claimer in claimers)
        {
            var (health, at) = WitnessHealth.Over(census.Hearing.Of(claimer.Witness, claimer.Cluster, host.Length > 0 && claimer.Witness.View == View.Engine ? host : ""), claimer.Witness.Interval, from, due);
            if (health == Health.Unwell) return Answer.Undecided(due);
            unknown |= health == Health.Unknown;
            certain = Math.Max(certain, at);
        }

        return new Answer(unknown ? Health.Unknown : Health.Well, certain, [.. claimers.Select(c => Name(c)).Distinct(StringComparer.Ordinal)], claim);
    }

    private static string Name(Claimer claimer) => claimer.Cluster.Length > 0 ? $"{claimer.Witness.Name} of {claimer.Cluster}" : claimer.Host.Length > 0 ? $"{claimer.Witness.Name} of {claimer.Host}" : claimer.Witness.Name;

    // Said to be there by then, and not said to be gone before it was seen.
    private static bool IsClaimed(ContainerRecord record, long from, long due) =>
        record.Lives(w => w.Claims, due).Exists(l => l.To is not { } to || to >= from - CensusLookup.Tail);

    // A claim that says no host is for the first on which the id was seen: whoever runs the same id elsewhere has borrowed it.
    private bool IsTaken(ContainerRecord claim, ContainerRecord seen, long due) =>
        claim.Host.Length == 0 && census.Records(seen.Id).Exists(r => r.Host.Length > 0 && !Hosts.AreSame(r.Host, seen.Host) && FirstSeen(r) is var first && first <= due && first < FirstSeen(seen));

    private static long FirstSeen(ContainerRecord record) => record.Of(w => w.View == View.Runtime).Select(s => s.First).DefaultIfEmpty(long.MaxValue).Min();

    private bool IsOfKnownPod(ContainerRecord seen, long from, long due) =>
        seen.Told.At(Part.PodUid, due, due) is { Length: > 0 } uid && census.PodsOfUid(uid).Any(p => IsThere(p, seen.Host, from, due));

    private bool IsOlderThanTheView(ContainerRecord seen, long from, long due, out long began)
    {
        began = from;
        if (seen.Told.At(Part.Started, due, due) is { Length: > 0 } text
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var started))
        {
            began = Math.Min(from, started.UtcTicks);
            return false;
        }

        var first = census.Sensors(seen.Host).Select(s => s.Minutes.FirstFrom(0) ?? long.MaxValue).DefaultIfEmpty(long.MaxValue).Min();
        return first == long.MaxValue || from < (first * TimeSpan.TicksPerMinute) + Grace;
    }

    private IEnumerable<PodRecord> Pods(string uid, string space, string name, long due)
    {
        var byUid = uid.Length > 0 ? census.PodsOfUid(uid) : [];
        var byName = name.Length > 0 ? census.PodsNamed(space, name) : [];
        // A name alone confirms only where no uid is told of that name.
        return byUid.Concat(byName.Where(p => uid.Length == 0 || p.Told.At(Part.PodUid, due, due).Length == 0)).Distinct();
    }

    private static bool IsThere(PodRecord pod, string host, long from, long due) =>
        pod.Lives(due).Any(l => l.To is not { } to || to >= from - CensusLookup.Tail)
        && Hosts.Fit(pod.Told.At(Part.Node, due, due), host);

    // Where the orchestrator tells which containers a pod has, it must tell of this one too; what holds the pod's network it never tells.
    private static bool HasContainer(PodRecord pod, ContainerRecord labelled, long due)
    {
        if (labelled.Told.At(Part.Sandbox, due, due).Length > 0) return true;
        var told = pod.Containers.Where(c => c.Value <= due).Select(c => c.Key).ToArray();
        return told.Length == 0 || Array.Exists(told, id => id.StartsWith(labelled.Id, StringComparison.Ordinal) || labelled.Id.StartsWith(id, StringComparison.Ordinal));
    }

    private bool PodEnds(ContainerRecord claimed, long from, long due) =>
        census.PodsNamed(claimed.Told.At(Part.Namespace, due, due), claimed.Told.At(Part.PodName, due, due)).Any(p => p.Lives(due).Any(l => l.To is { } to && to > from));

    // A sensor that never saw anything of the orchestrator's there looks elsewhere.
    private bool SeesTheOrchestrators(ContainerRecord claimed, long due) =>
        census.Claimers.SeenOn(claimed.Host, View.Orchestrator, due);
}
