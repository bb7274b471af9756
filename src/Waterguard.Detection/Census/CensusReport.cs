using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>A container, or a pod whose containers nobody named, with all that is known of it.</summary>
/// <param name="Lives">Its stays, in order.</param>
/// <param name="Addresses">Addresses that it had, in any of them.</param>
public sealed record CensusEntry(KnownSubject Subject, ImmutableArray<Life> Lives, ImmutableArray<string> Addresses);

/// <summary>A witness at one place, and when it was heard.</summary>
/// <param name="Place">The cluster or host that it speaks of; empty where nobody said.</param>
/// <param name="Silences">Times, longer than it ever is silent, in which it was not heard.</param>
public sealed record CensusWitness(Witness Witness, string Place, DateTimeOffset From, DateTimeOffset To, ImmutableArray<(DateTimeOffset From, DateTimeOffset To)> Silences);

/// <summary>What the census says, for people. Immutable.</summary>
/// <param name="Entries">Containers and pods by place, namespace and name.</param>
public sealed record CensusReport(ImmutableArray<CensusEntry> Entries, ImmutableArray<CensusWitness> Witnesses)
{
    /// <summary>The whole census, or what was there at a time.</summary>
    public static CensusReport Of(ContainerCensus census, IEnumerable<Witness> witnesses, DateTimeOffset? at = null) => new(
    [
        .. Listed(census, at?.UtcTicks).OrderBy(e => e.Subject.Cluster, StringComparer.Ordinal).ThenBy(e => e.Subject.Host, StringComparer.Ordinal).ThenBy(e => e.Subject.Namespace, StringComparer.Ordinal)
            .ThenBy(e => e.Subject.Pod, StringComparer.Ordinal).ThenBy(e => e.Subject.Container, StringComparer.Ordinal),
    ],
    [.. witnesses.SelectMany(w => Heard(census, w))]);

    private static IEnumerable<CensusEntry> Listed(ContainerCensus census, long? at)
    {
        var lookup = new CensusLookup(census);
        var told = new HashSet<(string, string)>();
        var addresses = census.Addresses.ByOwner();
        foreach (var id in census.AllContainers.Select(c => c.Id).Distinct(StringComparer.Ordinal).OrderByDescending(i => i.Length).ToArray())
        {
            foreach (var subject in lookup.OfContainer(id, "", at ?? long.MaxValue, long.MaxValue))
            {
                if (!told.Add((subject.Container, subject.Host))) continue;
                var records = census.Records(id).FindAll(r => Hosts.Fit(r.Host, subject.Host));
                var lives = Ended(census, records, subject, Sayings.Lives(records.SelectMany(r => r.Voices.Values), long.MaxValue));
                if (at is { } time && !lives.Exists(l => l.Covers(time, 0))) continue;
                yield return new CensusEntry(subject, [.. lives], [.. records.SelectMany(r => addresses[r]).Concat(PodOf(census, subject).SelectMany(p => addresses[p])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
            }
        }

        foreach (var pod in census.AllPods.Where(p => p.Containers.Count == 0))
        {
            var lives = pod.Lives(long.MaxValue);
            if (at is { } time && !lives.Any(l => l.Covers(time, 0))) continue;
            if (lookup.OfPod(pod.Name.Cluster, pod.Name.Namespace, pod.Name.Name, at ?? Last(lives), long.MaxValue).Find(s => s.Cluster == pod.Name.Cluster) is not { } subject) continue;
            yield return new CensusEntry(subject, [.. lives], [.. addresses[pod].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        }
    }

    // Nobody may have told the end of a container itself: it ended with its pod, or when a sensor that went on looking saw it no more.
    private static List<Life> Ended(ContainerCensus census, List<ContainerRecord> records, KnownSubject subject, List<Life> lives)
    {
        if (lives is not [.., { To: null } open]) return lives;
        var ends = PodOf(census, subject).SelectMany(p => p.Lives(long.MaxValue)).Where(l => l.To >= open.From).Select(l => l.To!.Value).ToList();
        var seen = records.SelectMany(r => r.Of(w => w.View == View.Runtime)).Select(s => s.Last).DefaultIfEmpty(long.MinValue).Max();
        var looked = census.Sensors(subject.Host).Select(s => s.Minutes.Runs[^1].To * TimeSpan.TicksPerMinute).DefaultIfEmpty(long.MinValue).Max();
        if (seen >= open.From && looked > seen + CrossView.Grace.Ticks) ends.Add(seen);
        if (ends.Count > 0) lives[^1] = open with { To = ends.Max() };
        return lives;
    }

    private static long Last(IReadOnlyList<Life> lives) => lives.Count == 0 ? long.MaxValue : lives[^1].To ?? Math.Max(lives[^1].From, 0);

    private static PodRecord[] PodOf(ContainerCensus census, KnownSubject subject) =>
        census.Pod(new PodName(subject.Cluster, subject.Namespace, subject.Pod)) is { } pod ? [pod] : [];

    // What speaks for a host by itself is known by its facts, what speaks for a cluster by its records.
    private static IEnumerable<CensusWitness> Heard(ContainerCensus census, Witness witness)
    {
        if (witness.View == View.Runtime)
        {
            foreach (var (host, minutes) in census.SensorsOf(witness)) yield return Of(witness, host, minutes);
            yield break;
        }

        foreach (var place in census.Hearing.All.Where(h => witness.Sources.Contains(h.Key.Source, StringComparer.Ordinal)).GroupBy(h => h.Key.Cluster.Length > 0 ? h.Key.Cluster : h.Key.Host, StringComparer.Ordinal))
        {
            var minutes = new MinuteSet();
            foreach (var (_, heard) in place) minutes.Add(heard);
            yield return Of(witness, place.Key, minutes);
        }
    }

    private static CensusWitness Of(Witness witness, string place, MinuteSet minutes)
    {
        var silences = ImmutableArray.CreateBuilder<(DateTimeOffset, DateTimeOffset)>();
        for (var i = 1; i < minutes.Runs.Count; i++)
        {
            var (from, to) = (minutes.Runs[i - 1].To, minutes.Runs[i].From);
            if (witness.Interval is { } usual && to - from > usual.TotalMinutes + 1) silences.Add((At(from + 1), At(to)));
        }

        return new CensusWitness(witness, place, At(minutes.Runs[0].From), At(minutes.Runs[^1].To + 1), silences.ToImmutable());
    }

    private static DateTimeOffset At(long minute) => new(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
