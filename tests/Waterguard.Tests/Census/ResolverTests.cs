using System.Collections.Immutable;
using Waterguard.Detection.Census;
using Waterguard.Detection.Lists;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Xunit;
using static Waterguard.Tests.Census.Facts;

namespace Waterguard.Tests.Census;

/// <summary>Who was what at the time of an event.</summary>
public sealed class ResolverTests
{
    [Fact]
    public void An_address_is_the_pod_s_that_had_it_at_the_time()
    {
        var census = Told(
            Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=first namespace=tide"), Of(Orchestrator, Subject.Pod, Saying.Seen, 3, "pod.name=first namespace=tide address=10.8.0.5"),
            Of(Orchestrator, Subject.Pod, Saying.Ends, 100, "pod.name=first namespace=tide"),
            Of(Orchestrator, Subject.Pod, Saying.Starts, 110, "pod.name=second namespace=tide"), Of(Orchestrator, Subject.Pod, Saying.Seen, 112, "pod.name=second namespace=tide address=10.8.0.5"));

        Assert.Equal(["first"], Pod(census, 50));
        Assert.Equal(["first"], Pod(census, 105)); // answers on the wire
        Assert.Equal(["second"], Pod(census, 115)); // the one that is there goes first
        Assert.Equal(["second"], Pod(census, 109 + 5));
        Assert.Empty(Pod(census, -60));
    }

    [Fact]
    public void The_first_packet_of_a_pod_is_the_pod_s_although_its_address_is_told_later()
    {
        var census = Told(Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=first namespace=tide"), Of(Orchestrator, Subject.Pod, Saying.Seen, 4, "pod.name=first namespace=tide address=10.8.0.5"));

        Assert.Equal(["first"], Pod(census, 1));
    }

    [Fact]
    public void What_is_told_much_later_than_the_event_does_not_count_however_much_was_read()
    {
        var census = Told(Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=first namespace=tide"), Of(Orchestrator, Subject.Pod, Saying.Seen, 60, "pod.name=first namespace=tide address=10.8.0.5"));

        Assert.Empty(Pod(census, 1));
        Assert.Equal(["first"], Pod(census, 60));
    }

    [Fact]
    public void An_address_that_a_node_shares_with_a_pod_is_neither_s()
    {
        var census = Told(
            Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=guard namespace=tide"),
            Of(Orchestrator, Subject.Pod, Saying.Seen, 1, "pod.name=guard namespace=tide address=10.7.0.1 node.address=10.7.0.1 node=hull-a1"));
        var resolved = Resolve(census, 10, ("source.ip", "10.7.0.1"));

        Assert.Empty(resolved.Values["orchestrator.resource.name"]);
        Assert.Equal(["true"], resolved.Values[CensusFields.Ambiguous]);
        Assert.False(resolved.Entities.ContainsKey("pod"));
        Assert.Equal(1, census.Counts.Ambiguous);
    }

    [Fact]
    public void The_same_address_in_two_clusters_is_told_apart_where_the_record_says_which()
    {
        var census = Told(
            Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=here namespace=tide cluster=north address=10.8.0.5"), Of(Orchestrator, Subject.Pod, Saying.Starts, 0, "pod.name=there namespace=tide cluster=south address=10.8.0.5"));

        Assert.Equal(["there"], Resolve(census, 10, ("source.ip", "10.8.0.5"), ("orchestrator.cluster.name", "south")).Values["orchestrator.resource.name"]);
        Assert.Empty(Pod(census, 10));
    }

    [Fact]
    public void A_container_brings_its_pod_and_the_root_of_its_owners_and_both_ids_are_the_same()
    {
        const string Id = "4d8939d7ac0874c55e714bc4b96523bd3f7b1091e54066cb788438e32ea13fd0";
        var census = Told(
            Of(Orchestrator, Subject.Workload, Saying.Starts, -20, "workload=tide-api kind=deployments namespace=tide actor=ines@harbour.example"),
            Of(Orchestrator, Subject.Workload, Saying.Starts, -19, "workload=tide-api-7d9f4b kind=replicasets namespace=tide owner.kind=Deployment owner.name=tide-api actor=system:serviceaccount:kube-system:deployment-controller"),
            Of(Orchestrator, Subject.Pod, Saying.Seen, 0, "pod.name=tide-api-7d9f4b-x2lm4 namespace=tide node=hull-a1"),
            Of(Orchestrator, Subject.Container, Saying.Seen, 2, $"container=containerd://{Id} pod.name=tide-api-7d9f4b-x2lm4 namespace=tide node=system:node:hull-a1 image=tide-api:1 digest=tide-api@sha256:5d0a"));

        foreach (var id in new[] { Id, Id[..12] })
        {
            var resolved = Resolve(census, 10, ("container.id", id));

            Assert.Equal(["Deployment/tide-api"], resolved.Values["workload.name"]);
            Assert.Equal(["tide-api:1"], resolved.Values["container.image.name"]);
            Assert.Equal(["tide"], resolved.Values["orchestrator.namespace"]);
            Assert.Equal(["kubernetes.audit"], resolved.Values[CensusFields.ClaimedBy]);
            Assert.Equal(["tide/Deployment/tide-api"], resolved.Entities["workload"]);
            Assert.Equal(["hull-a1"], resolved.Entities["node"]);
        }
    }

    [Theory]
    [InlineData("tide/Deployment/tide-api", "true")]
    [InlineData("sha256:5d0a", "true")]
    [InlineData("tide-api", "false")]
    [InlineData("tide-api:1", "false")]
    public void A_workload_is_registered_by_owners_or_digest_and_never_by_a_name(string registered, string expected)
    {
        var census = Told(
            Of(Orchestrator, Subject.Pod, Saying.Seen, 0, "pod.name=p namespace=tide owner.kind=Deployment owner.name=tide-api"),
            Of(Orchestrator, Subject.Container, Saying.Seen, 0, "container=c1 name=tide-api pod.name=p namespace=tide image=tide-api:1 digest=sha256:5d0a"));

        Assert.Equal([expected], new Resolver(census, new ValueList([registered])).Values(Match(10, ("container.id", "c1")))[CensusFields.Registered]);
    }

    [Theory]
    [InlineData("/run/containerd/io.containerd.runtime.v2.task/k8s.io/4d8939d7ac0874c55e714bc4b96523bd3f7b1091e54066cb788438e32ea13fd0/rootfs/bin/sh")]
    [InlineData("/var/lib/kubelet/pods/0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a/volumes/x")]
    [InlineData("/var/lib/docker/overlay2/9a/merged/etc/passwd")]
    public void A_file_in_the_folders_of_a_container_is_the_container_s(string path)
    {
        var census = Told(
            Of(Orchestrator, Subject.Pod, Saying.Seen, 0, "pod.name=p namespace=tide pod.uid=0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a"),
            Of(Orchestrator, Subject.Container, Saying.Seen, 0, "container=4d8939d7ac0874c55e714bc4b96523bd3f7b1091e54066cb788438e32ea13fd0 pod.name=p namespace=tide node=hull-a1"),
            Of(Engine, Subject.Container, Saying.Seen, 0, "container=4d8939d7ac0874c55e714bc4b96523bd3f7b1091e54066cb788438e32ea13fd0 layer=/var/lib/docker/overlay2/9a/merged"));

        Assert.Equal(["p"], Resolve(census, 10, ("file.path", path), ("host.name", "hull-a1")).Values["orchestrator.resource.name"]);
    }

    [Fact]
    public void What_a_record_says_itself_is_not_replaced()
    {
        var census = Told(Of(Orchestrator, Subject.Container, Saying.Seen, 0, "container=c1 image=told-by-the-census"));

        Assert.Equal(["told-by-the-record"], Resolve(census, 10, ("container.id", "c1"), ("container.image.name", "told-by-the-record")).Values["container.image.name"]);
    }

    [Fact]
    public void A_pod_seen_before_it_was_made_and_removed_before_it_was_seen_has_one_life()
    {
        var census = Told(Of(Engine, Subject.Container, Saying.Ends, 20, "container=c1 image=i"), Of(Engine, Subject.Container, Saying.Starts, 10, "container=c1 image=i address=10.9.0.1"));

        Assert.Equal(["c1"], Resolve(census, 15, ("source.ip", "10.9.0.1")).Values["container.id"]);
        Assert.Empty(Resolve(census, 90, ("source.ip", "10.9.0.1")).Values["container.id"]);
    }

    private static ImmutableArray<string> Pod(ContainerCensus census, double second) => Resolve(census, second, ("source.ip", "10.8.0.5")).Values["orchestrator.resource.name"];

    private static Match Resolve(ContainerCensus census, double second, params (string Name, string Value)[] record) => new Resolver(census, ValueList.Empty).Resolve(Match(second, record));

    private static Match Match(double second, params (string Name, string Value)[] record)
    {
        var rule = RuleLoader.Load([new RuleFile("r.yml", "title: r\nlogsource: {product: test}\ndetection: {s: {a: b}, condition: s}\n")]).Rules[0];
        var values = CensusFields.Filled.Concat(CensusFields.Handles).Distinct(StringComparer.Ordinal).ToImmutableDictionary(n => n, _ => ImmutableArray<string>.Empty, StringComparer.Ordinal)
            .SetItems(record.Select(r => KeyValuePair.Create(r.Name, ImmutableArray.Create(r.Value))));
        return new Match(rule, "r", Noon.AddSeconds(second), TimeKnown: true, values, ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal), new Evidence("test", "f", 1, 0, null, null));
    }
}
