using System.Text.Json.Nodes;
using Waterguard.Posture;
using Waterguard.Posture.Admission;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>Policies that would have denied what an incident did, and that let its benign twin pass: both shown by evaluating the text that is proposed.</summary>
public sealed class AdmissionTests
{
    private const string Usual = "registry.harbour.example/tide-web:2";

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "privileged", Incidents.Spec("\"securityContext\":{\"privileged\":true},"), Incidents.Spec("\"securityContext\":{\"privileged\":false},") },
        { "host-network", Incidents.Spec(pod: "\"hostNetwork\":true,"), Incidents.Spec(pod: "\"hostNetwork\":false,") },
        { "host-pid", Incidents.Spec(pod: "\"hostPID\":true,"), Incidents.Spec() },
        { "host-ipc", Incidents.Spec(pod: "\"hostIPC\":true,"), Incidents.Spec() },
        { "host-path", Incidents.Spec(pod: """ "volumes":[{"name":"s","hostPath":{"path":"/var/run/docker.sock"}}],"""), Incidents.Spec(pod: """ "volumes":[{"name":"s","emptyDir":{}},{"name":"l","hostPath":{"path":"/var/log/tide"}}],""") },
        { "capabilities", Incidents.Spec(""" "securityContext":{"capabilities":{"add":["CHOWN","SYS_ADMIN"]}},"""), Incidents.Spec(""" "securityContext":{"capabilities":{"drop":["ALL"],"add":["CHOWN","NET_BIND_SERVICE"]}},""") },
        { "seccomp", Incidents.Spec(""" "securityContext":{"seccompProfile":{"type":"Unconfined"}},"""), Incidents.Spec(""" "securityContext":{"seccompProfile":{"type":"RuntimeDefault"}},""") },
        { "images", Incidents.Spec(image: "quay.example/miner:1"), Incidents.Spec(image: "registry.harbour.example/other:3") },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_the_incident_did_is_denied_and_its_twin_passes(string kind, string bad, string good)
    {
        var other = Incidents.Pod(2, Incidents.Spec(pod: """ "volumes":[{"name":"l","hostPath":{"path":"/var/log/tide"}}],""", image: Usual), user: "pipeline");
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([Incidents.Pod(1, bad)]), [other]).Proposals, p => p.Name.StartsWith($"waterguard-{kind}-", StringComparison.Ordinal));
        Assert.Equal((true, 1, 1, 0, 1, null), (proposal.Check.IsChecked, proposal.Check.Prevented, proposal.Check.Of, proposal.Check.OthersHit, proposal.Check.OthersTried, proposal.Doubt));
        Assert.Equal("2026-11-20T10:00:00.000000Z ines@harbour.example CREATE pods chart/tide-1", Assert.Single(proposal.Why));
        Assert.Equal(AdmissionVerdict.Denied, Judge(proposal, Incidents.Pod(3, bad)));
        Assert.Equal(AdmissionVerdict.Denied, Judge(proposal, Incidents.Pod(4, bad.Replace("\"containers\"", "\"containers\":[{\"name\":\"x\",\"image\":\"" + Usual + "\"}],\"initContainers\"", StringComparison.Ordinal))));
        Assert.Equal(AdmissionVerdict.Allowed, Judge(proposal, Incidents.Pod(5, good)));
        Assert.Equal(AdmissionVerdict.NotMeant, Judge(proposal, Incidents.Pod(6, bad, space: "elsewhere")));
        Assert.Equal(AdmissionVerdict.NotMeant, Judge(proposal, Incidents.Pod(7, bad, meta: "\"deletionTimestamp\":\"2026-11-20T10:00:00Z\",")));
    }

    [Fact]
    public void A_benign_pod_gets_no_policy() =>
        Assert.DoesNotContain(Incidents.Report(Incidents.Alert([Incidents.Pod(1, Incidents.Spec())]), [Incidents.Pod(2, Incidents.Spec(image: Usual))]).Proposals, p => p.Kind == ProposalKind.AdmissionPolicy);

    [Theory]
    [InlineData("deployments", "apps", """{"replicas":1,"template":{"spec":SPEC}}""")]
    [InlineData("cronjobs", "batch", """{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":SPEC}}}}""")]
    public void A_workload_is_judged_by_its_pods(string resource, string group, string spec)
    {
        JsonObject Made(string pod)
        {
            var audit = Incidents.Pod(1, spec.Replace("SPEC", pod, StringComparison.Ordinal));
            (audit["objectRef"]!["resource"], audit["objectRef"]!["apiGroup"]) = (resource, group);
            return audit;
        }

        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([Made(Incidents.Spec("\"securityContext\":{\"privileged\":true},"))])).Proposals, p => p.Kind == ProposalKind.AdmissionPolicy);
        Assert.Equal(AdmissionVerdict.Allowed, Judge(proposal, Made(Incidents.Spec())));
    }

    [Fact]
    public void Others_that_would_be_hit_are_counted_and_named_and_speak_against_it()
    {
        var bad = Incidents.Spec("\"securityContext\":{\"privileged\":true},");
        var report = Incidents.Report(Incidents.Alert([Incidents.Pod(1, bad)]), [Incidents.Pod(2, bad, user: "pipeline"), Incidents.Pod(3, Incidents.Spec()), Incidents.Pod(4, bad, code: 403), Incidents.Pod(1, bad)]);
        var check = Assert.Single(report.Proposals, p => p.Kind == ProposalKind.AdmissionPolicy);
        Assert.Equal((1, 2), (check.Check.OthersHit, check.Check.OthersTried)); // not what was refused, nor the incident itself
        Assert.Equal("it would also have hit 1 of 2 others at hand, such as 2026-11-20T10:00:00.000000Z pipeline CREATE pods chart/tide-2", check.Doubt);
    }

    [Fact]
    public void What_a_controller_makes_for_the_incident_is_no_other()
    {
        var bad = Incidents.Spec("\"securityContext\":{\"privileged\":true},");
        var made = Incidents.Pod(2, bad, meta: """ "ownerReferences":[{"kind":"ReplicaSet","name":"tide-1-7d"}],""");
        Assert.Null(Assert.Single(Incidents.Report(Incidents.Alert([Incidents.Pod(1, bad)]), [made]).Proposals, p => p.Kind == ProposalKind.AdmissionPolicy).Doubt);
    }

    [Fact]
    public void A_patch_is_denied_by_what_it_says_and_never_called_allowed()
    {
        var bad = Incidents.Spec("\"securityContext\":{\"privileged\":true},");
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([Incidents.Pod(1, bad, verb: "patch")])).Proposals, p => p.Kind == ProposalKind.AdmissionPolicy); // 201: an apply that made it
        Assert.Equal(AdmissionVerdict.Unclear, Judge(proposal, Incidents.Pod(2, Incidents.Spec(), verb: "patch")));
    }

    [Theory]
    [InlineData("exec", "get", "pods", "exec")]
    [InlineData("exec", "create", "pods", "exec")]
    [InlineData("attach", "create", "pods", "attach")]
    [InlineData("ephemeral", "patch", "pods", "ephemeralcontainers")]
    [InlineData("token", "create", "serviceaccounts", "token")]
    public void A_door_stays_open_for_who_has_used_it(string name, string verb, string resource, string sub)
    {
        JsonObject Through(int number, string user)
        {
            var audit = Incidents.Pod(number, "{}", user: user, verb: verb, code: verb == "patch" ? 200 : 101);
            audit.Remove("requestObject");
            (audit["objectRef"]!["resource"], audit["objectRef"]!["subresource"]) = (resource, sub);
            return audit;
        }

        var known = Assert.Single(Incidents.Report(Incidents.Alert([Through(1, "mallory")]), [Through(2, "oncall")]).Proposals, p => p.Name.StartsWith($"waterguard-{name}-", StringComparison.Ordinal));
        Assert.Equal((AdmissionVerdict.Denied, AdmissionVerdict.Denied), (Judge(known, Through(3, "mallory")), Judge(known, Through(4, "stranger"))));
        Assert.NotEqual(AdmissionVerdict.Denied, Judge(known, Through(5, "oncall")));
        var alone = Assert.Single(Incidents.Report(Incidents.Alert([Through(1, "mallory")])).Proposals, p => p.Kind == ProposalKind.AdmissionPolicy);
        Assert.Equal(AdmissionVerdict.Denied, Judge(alone, Through(3, "mallory")));
        Assert.NotEqual(AdmissionVerdict.Denied, Judge(alone, Through(4, "system:node:hull-a1"))); // nobody else is known: only who did it is kept out
    }

    [Fact]
    public void Hostile_names_in_events_change_nothing_but_literals()
    {
        string[] hostile = ["x'] || true || ['", "x\"\n---\nkind: ClusterRoleBinding", "a\\", "');//", "\u2028- {expression: 'true'}", "{{x}}"];
        foreach (var name in hostile)
        {
            var audit = Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"));
            audit["objectRef"]!["namespace"] = name;
            audit["user"]!["username"] = name;
            audit["requestObject"]!["spec"]!["volumes"] = new JsonArray(new JsonObject { ["hostPath"] = new JsonObject { ["path"] = name } });
            var usual = audit.DeepClone().AsObject();
            usual["auditID"] = "other";
            usual["requestObject"]!["spec"] = JsonNode.Parse("""{"containers":[],"volumes":[{"hostPath":{"path":"/ok"}}]}""");
            usual["requestObject"]!["spec"]!["volumes"]!.AsArray().Add(new JsonObject { ["hostPath"] = new JsonObject { ["path"] = "/" + name } });
            var report = Incidents.Report(Incidents.Alert([audit]), [usual]);
            var proposals = report.Proposals.Where(p => p.Kind == ProposalKind.AdmissionPolicy).ToArray();
            Assert.Equal(2, proposals.Length);
            Assert.All(proposals, p => Assert.Equal((2, AdmissionVerdict.Denied, AdmissionVerdict.Allowed), (PolicyYaml.Read(p.Document).Count, Judge(p, audit), Judge(p, usual))));
            Assert.All(report.Text().Split('\n'), line => Assert.DoesNotMatch("^kind: Cluster|^- ", line));
        }
    }

    private static AdmissionVerdict Judge(Proposal proposal, JsonObject audit) => AdmissionPolicy.Read(proposal.Document).Judge(AdmissionRequest.Of(SeenEvent.Of("kubernetes.audit", audit)!)!);
}
