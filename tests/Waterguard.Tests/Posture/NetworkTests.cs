using System.Text.Json.Nodes;
using Waterguard.Posture;
using Waterguard.Posture.Network;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>Policies of the network that would have denied an incident's connections, and leave what is usual.</summary>
public sealed class NetworkTests
{
    [Fact]
    public void What_the_incident_connected_to_is_denied_and_what_is_usual_is_not()
    {
        JsonObject[] usual = [Flow(2, "10.8.5.7", 5432, "store"), Flow(3, "203.0.113.7", 443), Flow(4, "10.8.0.10", 53, "dns", "UDP")];
        var report = Report(Flow(1, "192.0.2.66", 443), usual);
        var proposal = Assert.Single(report.Proposals, p => p.Kind == ProposalKind.NetworkPolicy);
        Assert.Equal((1, 1, 0, 3, null), (proposal.Check.Prevented, proposal.Check.Of, proposal.Check.OthersHit, proposal.Check.OthersTried, proposal.Doubt));
        var policy = PolicyOfFlows.Read(proposal.Document);
        Assert.Equal(true, Denies(policy, Flow(5, "192.0.2.66", 443)));
        Assert.Equal(true, Denies(policy, Flow(6, "203.0.113.7", 22))); // another port of what is usual
        Assert.Equal(true, Denies(policy, Flow(7, "10.8.5.7", 5432, "other")));
        Assert.Equal(true, Denies(policy, Flow(8, "10.8.0.10", 53, "dns", "TCP")));
        Assert.All(usual, u => Assert.Equal(false, Denies(policy, u)));
        Assert.Null(Denies(policy, Flow(9, "192.0.2.66", 443, from: "web"))); // another workload
    }

    [Fact]
    public void What_is_usual_but_goes_where_the_incident_went_is_counted_as_hit()
    {
        var proposal = Assert.Single(Report(Flow(1, "192.0.2.66", 443), [Flow(2, "192.0.2.66", 443), Flow(3, "203.0.113.7", 443)]).Proposals, p => p.Kind == ProposalKind.NetworkPolicy);
        Assert.Equal((1, 2), (proposal.Check.OthersHit, proposal.Check.OthersTried));
        Assert.StartsWith("it would also have hit 1 of 2 others at hand", proposal.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_of_which_nothing_else_is_known_is_not_cut_off_without_a_word() =>
        Assert.Equal("nothing else of this workload is at hand: all that it needs would be denied", Assert.Single(Report(Flow(1, "192.0.2.66", 443), []).Proposals, p => p.Kind == ProposalKind.NetworkPolicy).Doubt);

    [Fact]
    public void A_connection_that_Zeek_saw_is_the_pods_that_had_the_address()
    {
        var zeek = JsonNode.Parse("""{"ts":1793700000.5,"uid":"C1","id.orig_h":"10.8.4.20","id.orig_p":40122,"id.resp_h":"192.0.2.66","id.resp_p":443,"proto":"tcp","_path":"conn"}""")!.AsObject();
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([zeek], "zeek.conn"), [Flow(2, "203.0.113.7", 443)], "hubble.flows").Proposals, p => p.Kind == ProposalKind.NetworkPolicy);
        Assert.Equal("2026-11-03T10:00:00Z tide/app=api to 192.0.2.66 TCP 443", Assert.Single(proposal.Why));
        var alone = Incidents.Report(Incidents.Alert([zeek], "zeek.conn"));
        Assert.Empty(alone.Proposals);
        Assert.Contains("of some connections neither end is known as a pod with its labels: flows of Hubble tell them", alone.Notes);
    }

    [Fact]
    public void Who_comes_from_outside_is_denied_at_the_pod_that_was_reached()
    {
        JsonObject In(int number, string address) => JsonNode.Parse($$$"""{"flow":{"time":"2026-11-20T10:00:00Z","uuid":"f{{{number}}}","verdict":"FORWARDED","IP":{"source":"{{{address}}}","destination":"10.8.4.20"},"l4":{"TCP":{"source_port":4,"destination_port":8080}},"destination":{"namespace":"tide","pod_name":"api-1","labels":["k8s:app=api"]} } }""")!.AsObject();
        var policy = PolicyOfFlows.Read(Assert.Single(Report(In(1, "192.0.2.66"), [In(2, "203.0.113.7")]).Proposals, p => p.Kind == ProposalKind.NetworkPolicy).Document);
        Assert.Equal((true, false), (Denies(policy, In(3, "192.0.2.66")), Denies(policy, In(4, "203.0.113.7"))));
    }

    [Theory]
    [InlineData("k8s:app=a\"\nkind: Role")]
    [InlineData("k8s:=x")]
    [InlineData("k8s:app=-x")]
    [InlineData("app=api")]
    public void A_label_that_none_can_have_is_no_label(string label)
    {
        var flow = Flow(1, "192.0.2.66", 443);
        flow["flow"]!["source"]!["labels"] = new JsonArray(label);
        Assert.DoesNotContain(Report(flow, []).Proposals, p => p.Kind == ProposalKind.NetworkPolicy);
    }

    private static PostureReport Report(JsonObject flow, IEnumerable<JsonObject> others) => Incidents.Report(Incidents.Alert([flow], "hubble.flows"), others, "hubble.flows");

    private static bool? Denies(PolicyOfFlows policy, JsonObject flow) => policy.Denies(Assert.Single(SeenFlow.All(Incidents.Seen("hubble.flows", flow), SeenFlow.Parties([]))));

    public static JsonObject Flow(int number, string to, int port, string? pod = null, string protocol = "TCP", string from = "api") => JsonNode.Parse($$$"""
        {"flow":{"time":"2026-11-20T10:00:00Z","uuid":"f{{{number}}}","verdict":"FORWARDED","IP":{"source":"10.8.4.20","destination":"{{{to}}}","ipVersion":"IPv4"},"l4":{"{{{protocol}}}":{"source_port":40122,"destination_port":{{{port}}} } },"traffic_direction":"EGRESS",
         "source":{"namespace":"tide","pod_name":"{{{from}}}-1","labels":["k8s:app={{{from}}}","k8s:pod-template-hash=7d","k8s:io.kubernetes.pod.namespace=tide"]},"destination":{{{(pod is null ? """{"labels":["reserved:world"]}""" : $$"""{"namespace":"tide","pod_name":"{{pod}}-1","labels":["k8s:app={{pod}}"]}""")}}},"node_name":"hull-a1","Type":"L3_L4"},"node_name":"hull-a1","time":"2026-11-20T10:00:00Z"}
        """)!.AsObject();
}
