using System.Text.Json.Nodes;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Responding;
using Waterguard.Tests.Response.Kubernetes;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>Proposals are applied, seen to be in effect by the server's own answer, and taken back.</summary>
public sealed class ApplyTests
{
    private const string Policies = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/";
    private const string Bindings = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);
    private static readonly string s_alert = Incidents.Alert([Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"))]).ToJsonString();
    private static readonly string s_name = Incidents.Report(JsonNode.Parse(s_alert)!.AsObject()).Proposals[0].Name;

    [Fact]
    public async Task A_policy_is_applied_denies_what_the_incident_did_and_is_taken_back()
    {
        await using var server = await ApiServer.StartAsync();
        server.Admission = DeniesPrivileged;
        using var folder = Repository.Folder();
        using var api = server.Client();
        var (engine, run) = await DoneAsync(server, api, folder);
        Assert.Equal((StepState.Done, "the server has it as it was proposed, and denies what the incident did (tried as a dry run)"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Contains(server.Requests, r => r.StartsWith($"PATCH /{Policies}{s_name}?", StringComparison.Ordinal) && r.EndsWith("&dryRun=All", StringComparison.Ordinal));
        Assert.Equal(run.Id, server.Look(Policies + s_name)!["metadata"]!["labels"]!["waterguard/run"]!.ToString());
        Assert.Equal(s_name, server.Look(Bindings + s_name)!["spec"]!["policyName"]!.ToString());
        Assert.Null(server.Look("api/v1/namespaces/chart/pods/waterguard-tried"));
        Assert.Equal(StepState.Undone, (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].State);
        Assert.Equal((null, null), (server.Look(Policies + s_name), server.Look(Bindings + s_name)));
    }

    [Fact]
    public async Task A_policy_that_the_server_does_not_heed_is_a_failure()
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        using var api = server.Client();
        var (_, run) = await DoneAsync(server, api, folder);
        Assert.Equal((StepState.Failed, "it has no effect: the server has it, and still allows what the incident did (0.6 s later)"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task Somebody_elses_object_of_the_name_is_left_alone()
    {
        await using var server = await ApiServer.StartAsync();
        server.Put(Policies + s_name, $$"""{"kind":"ValidatingAdmissionPolicy","metadata":{"name":"{{s_name}}"},"spec":{} }""");
        using var folder = Repository.Folder();
        using var api = server.Client();
        var (_, run) = await DoneAsync(server, api, folder);
        Assert.Equal((StepState.Refused, $"there is a ValidatingAdmissionPolicy of the name {s_name} already, made by somebody else"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task What_must_not_be_patched_is_refused_when_it_is_planned()
    {
        await using var server = await ApiServer.StartAsync();
        server.Forbid("patch validatingadmissionpolicies");
        using var folder = Repository.Folder();
        using var api = server.Client();
        var (_, run) = await DoneAsync(server, api, folder);
        Assert.Equal(StepState.Refused, run.Steps[0].State);
        Assert.Contains("cannot patch resource", run.Steps[0].Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suppression_becomes_a_file_of_the_own_content_and_goes_again()
    {
        using var folder = Repository.Folder();
        var alert = Incidents.Alert([Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"), user: "cruise@harbour.example")], level: "medium", entities: """{"identity":["cruise@harbour.example"]}""").ToJsonString();
        var all = await Apply(null, folder).PlanAsync(Target(alert, ""), None);
        var name = Incidents.Report(JsonNode.Parse(alert)!.AsObject()).Proposals.Single(p => p.Path is not null).Name;
        Assert.Contains("there are several: choose with --set proposal=", all.Refusal, StringComparison.Ordinal);
        Assert.Contains(name, all.Refusal, StringComparison.Ordinal);
        var plan = await Apply(null, folder).PlanAsync(Target(alert, name), None);
        Assert.Null(plan.Refusal);
        await Apply(null, folder).ActAsync(plan, None);
        Assert.True((await Apply(null, folder).ProbeAsync(plan, None)).Holds);
        Assert.Single(Directory.GetFiles(folder.Path, "*.yml", SearchOption.AllDirectories));
        await Apply(null, folder).UndoAsync(plan, None);
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_doubt_must_be_accepted()
    {
        using var folder = Repository.Folder();
        var alert = Incidents.Alert([Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"))], level: "medium").ToJsonString(); // the scenarios' own Ines
        var name = Incidents.Report(JsonNode.Parse(alert)!.AsObject()).Proposals.Single(p => p.Path is not null).Name;
        var refused = await Apply(null, folder).PlanAsync(Target(alert, name), None);
        Assert.EndsWith("whoever wants it all the same says --set accept=doubts", refused.Refusal, StringComparison.Ordinal);
        var target = Target(alert, name);
        Assert.Null((await Apply(null, folder).PlanAsync(target with { Inputs = target.Inputs.Add("accept", "doubts") }, None)).Refusal);
    }

    [Fact]
    public async Task Proposals_are_written_with_their_hash_and_a_changed_file_shows()
    {
        using var folder = Repository.Folder();
        var action = new ProposePosture(Incidents.Postures, folder.Path);
        var plan = await action.PlanAsync(Target(s_alert, ""), None);
        Assert.False((await action.ProbeAsync(plan, None)).Holds);
        await action.ActAsync(plan, None);
        Assert.EndsWith(s_name, (await action.ProbeAsync(plan, None)).Says, StringComparison.Ordinal);
        File.AppendAllText(plan.Memento["file"], " ");
        Assert.False((await action.ProbeAsync(plan, None)).Holds);
    }

    private static ActionTarget Target(string alert, string proposal)
    {
        var target = Harbour.Target("incident", alert);
        return target with { Inputs = target.Inputs.Add("proposal", proposal) };
    }

    private static ApplyPosture Apply(Waterguard.Platforms.Kubernetes.KubernetesApi? api, TemporaryFolder folder) => new(Incidents.Postures, api is null ? null : new PostureInCluster(api, TimeProvider.System, Short), new PostureInContent(folder.Path));

    private static Task<(ResponseEngine Engine, ResponseRun Run)> DoneAsync(ApiServer server, Waterguard.Platforms.Kubernetes.KubernetesApi api, TemporaryFolder folder) => Harbour.DoneAsync(Apply(api, folder), Harbour.Step("posture.apply", "incident", s_alert));

    // What a server does with a policy on privileged containers that is bound.
    private static string? DeniesPrivileged(IReadOnlyCollection<JsonObject> all, JsonObject made)
    {
        if (made["kind"]?.ToString() != "Pod" || made["spec"]!["containers"]!.AsArray().All(c => c!["securityContext"]?["privileged"]?.GetValue<bool>() != true)) return null;
        var policy = all.FirstOrDefault(o => o["kind"]?.ToString() == "ValidatingAdmissionPolicy" && o["spec"]!["validations"]![0]!["expression"]!.ToString().Contains("privileged", StringComparison.Ordinal));
        var binding = all.FirstOrDefault(o => o["kind"]?.ToString() == "ValidatingAdmissionPolicyBinding" && o["spec"]!["policyName"]!.ToString() == policy?["metadata"]!["name"]!.ToString());
        return binding is null ? null : $"ValidatingAdmissionPolicy '{policy!["metadata"]!["name"]}' with binding '{binding["metadata"]!["name"]}' denied request: {policy["spec"]!["validations"]![0]!["message"]}";
    }
}
