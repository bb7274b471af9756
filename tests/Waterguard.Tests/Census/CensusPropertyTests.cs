using System.Collections.Immutable;
using System.Text;
using Waterguard.Detection.Census;
using Waterguard.Detection.Lists;
using Xunit;
using static Waterguard.Tests.Census.Facts;

namespace Waterguard.Tests.Census;

/// <summary>The census is a function of the set of facts: their order and copies of them change nothing.</summary>
public sealed class CensusPropertyTests
{
    private static readonly string[] Containers = ["c1", "4d8939d7ac08", "4d8939d7ac0874c55e714bc4b96523bd3f7b1091e54066cb788438e32ea13fd0", "hidden"];
    private static readonly string[] Named = ["p1", "p2", "tide-7d9f-x1"];
    private static readonly string[] Machines = ["", "hull-a1", "hull-a2", "hull-a1.harbour.example"];
    private static readonly string[] Inside = ["10.8.0.1", "10.8.0.2", "10.7.0.1"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Neither_order_nor_copies_of_facts_change_what_the_census_says(int seed)
    {
        var random = new Random(seed);
        var facts = Enumerable.Range(0, 80).Select(_ => Any(random)).ToArray();
        var expected = Says(facts, random.Next());

        for (var round = 0; round < 4; round++)
        {
            Fact[] shuffled = [.. facts, .. facts.Where(_ => random.Next(3) == 0)];
            random.Shuffle(shuffled);

            Assert.Equal(expected, Says(shuffled, round));
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    // Everything that can be asked, at many times.
    private static string Says(Fact[] facts, int _)
    {
        var census = Told(facts);
        for (var minute = -1; minute < 90; minute++) census.Hearing.Of(new HeardPlace("kubernetes.audit", "", "")).Add(MinuteSet.Of(At(minute * 60)));
        for (var minute = -1; minute < 90; minute += 2) census.Hearing.Of(new HeardPlace("docker.events", "", "")).Add(MinuteSet.Of(At(minute * 60)));
        var text = new StringBuilder();
        var lookup = new CensusLookup(census);
        for (var second = -30; second < 3700; second += 133)
        {
            foreach (var address in Inside) Add(text, lookup.OfAddress(address, "", At(second), At(second) + Resolver.Settles.Ticks));
            foreach (var id in Containers) Add(text, lookup.OfContainer(id, "", At(second), At(second)));
            foreach (var name in Named) Add(text, lookup.OfPod("", "tide", name, At(second), At(second)));
            foreach (var name in new[] { "a@x.example", "b@x.example", "1", "2" }) text.Append(census.Identities.Canonical(name, At(second))).Append(' ');
        }

        foreach (var found in new CrossView(census).Decide(Noon.AddDays(1))) text.Append(found.ToString()).Append(string.Join(',', found.Missing)).Append('\n');
        return text.Append(census.Counts.Undecided).Append(' ').Append(census.Containers).Append(' ').Append(census.Pods).ToString();
    }

    private static void Add(StringBuilder text, List<KnownSubject> subjects)
    {
        foreach (var one in subjects) text.Append(one with { ClaimedBy = [], SeenBy = [] }).Append(string.Join(',', one.ClaimedBy)).Append(string.Join(',', one.SeenBy)).Append(one.Lineage);
        text.Append('\n');
    }

    private static Fact Any(Random random)
    {
        string Of(string[] all) => all[random.Next(all.Length)];
        var second = random.Next(60) * 60 + random.Next(3);
        var says = (Saying)random.Next(3);
        var (container, pod, host, address, number) = (Of(Containers), Of(Named), Of(Machines), Of(Inside), random.Next(4));
        var place = host.Length > 0 ? $" host={host}" : "";
        return random.Next(6) switch
        {
            0 => Facts.Of(Orchestrator, Subject.Pod, says, second, $"pod.name={pod} namespace=tide address={address} pod.uid=u{number} owner.kind=ReplicaSet owner.name=tide-{number} actor=a{number}{place}"),
            1 => Facts.Of(Orchestrator, Subject.Container, Saying.Seen, second, $"container={container} pod.name={pod} namespace=tide image=i{number} running=yes{place}"),
            2 => Facts.Of(Engine, Subject.Container, says, second, $"container={container} image=i{number} label.pod.uid=u{random.Next(6)} address={address}{place}"),
            3 => Facts.Of(Sensor, Subject.Container, says, second, $"container={container} by=cgroup{place}"),
            4 => Facts.Of(Orchestrator, Subject.Workload, Saying.Starts, second, $"workload=tide-{number} kind=replicasets namespace=tide owner.kind=Deployment owner.name=tide actor=b{number}"),
            _ => Facts.Of(Orchestrator, Subject.Identity, Saying.Seen, second, $"identity.id={number} identity.name={(random.Next(2) == 0 ? 'a' : 'b')}@x.example"),
        };
    }
}
