using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Responding;
using Waterguard.Storage.Archives;
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
    public async Task A_policy_of_the_network_is_tried_applied_seen_and_taken_back()
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        using var api = server.Client();
        var alert = Incidents.Alert([NetworkTests.Flow(1, "192.0.2.66", 443)], "hubble.flows").ToJsonString();
        var postures = new Waterguard.Posture.Postures(() => Incidents.Content, Archived(folder), [], TimeProvider.System);
        var name = Assert.Single(postures.Of(alert, None).Proposals, p => p.Kind == Waterguard.Posture.ProposalKind.NetworkPolicy).Name;
        var path = "apis/networking.k8s.io/v1/namespaces/tide/networkpolicies/" + name;
        var action = new ApplyPosture(postures, new PostureInCluster(api, TimeProvider.System, Short), new PostureInContent(folder.Path));
        var (engine, run) = await Harbour.DoneAsync(action, Harbour.Step("posture.apply", "incident", alert) with { Inputs = Target(alert, name).Inputs });
        Assert.Equal((StepState.Done, "the server has it as it was proposed; that it denies was not tried"), (run.Steps[0].State, run.Steps[0].Says));
        string[] asked = [.. server.Requests.Where(r => r.StartsWith("PATCH ", StringComparison.Ordinal))];
        Assert.Equal((true, asked.Length - 1), (asked.Length > 1, Array.FindIndex(asked, r => !r.EndsWith("&dryRun=All", StringComparison.Ordinal)))); // tried first
        var made = server.Look(path)!;
        Assert.Equal((run.Id, "api"), (made["metadata"]!["labels"]!["waterguard/run"]!.ToString(), made["spec"]!["podSelector"]!["matchLabels"]!["app"]!.ToString()));
        Assert.Equal(StepState.Undone, (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].State);
        Assert.Null(server.Look(path));
    }

    [Fact]
    public async Task A_policy_of_the_network_in_a_namespace_that_is_never_touched_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        using var api = server.Client();
        var alert = Incidents.Alert([NetworkTests.Flow(1, "192.0.2.66", 443)], "hubble.flows").ToJsonString();
        var postures = new Waterguard.Posture.Postures(() => Incidents.Content, Archived(folder), [], TimeProvider.System);
        var action = new ApplyPosture(postures, new PostureInCluster(api, TimeProvider.System, Short), new PostureInContent(folder.Path));
        var (_, run) = await Harbour.DoneAsync(action, Harbour.Step("posture.apply", "incident", alert), new ResponseLimits([.. ResponseLimits.Usual, "tide/*"]));
        Assert.Equal(StepState.Refused, run.Steps[0].State);
        Assert.DoesNotContain(server.Requests, r => r.StartsWith("PATCH ", StringComparison.Ordinal) && !r.EndsWith("&dryRun=All", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_of_a_list_covers_the_alert_by_the_content_that_was_written_and_undo_puts_the_list_back()
    {
        using var folder = Repository.Folder();
        folder.Write("lists/automation-identities.txt", "# ours\nrobot@harbour.example\n");
        var alert = SharpeningTests.Burst().ToJsonString();
        var postures = new Waterguard.Posture.Postures(() => Incidents.Content, null, [folder.Path], TimeProvider.System);
        var action = new ApplyPosture(postures, null, new PostureInContent(folder.Path));
        var (engine, run) = await Harbour.DoneAsync(action, Harbour.Step("posture.apply", "incident", alert) with { Inputs = Target(alert, "list-automation-identities").Inputs });
        Assert.Equal((StepState.Done, true), (run.Steps[0].State, run.Steps[0].Says.EndsWith("it counts from the next reading of the content", StringComparison.Ordinal)));
        var file = Path.Combine(folder.Path, "lists", "automation-identities.txt");
        Assert.Equal("# ours\nrobot@harbour.example\ncruise@harbour.example\n", await File.ReadAllTextAsync(file, None));
        var changed = Waterguard.Pipeline.GenerationLoader.Load(Waterguard.Pipeline.ContentOptions.Default with { Content = [folder.Path], Examples = false });
        var subject = Waterguard.Posture.PostureSubject.Read(alert);
        Assert.Equal((1, 0), (Told(Incidents.Content, subject), Told(changed, subject)));
        await engine.UndoAsync(run.Id, "it", "bob", None);
        Assert.Equal("# ours\nrobot@harbour.example\n", await File.ReadAllTextAsync(file, None));
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

    private static int Told(Waterguard.Pipeline.Generation content, Waterguard.Posture.PostureSubject subject) => Waterguard.Posture.IncidentReplay.Run(content, [.. subject.Events], subject.Rules.ToHashSet(StringComparer.Ordinal), None).Count(a => a.SuppressedBy is null);

    // The archive of a service that has seen what is usual.
    private static string Archived(TemporaryFolder folder)
    {
        var data = Path.Combine(folder.Path, "data");
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
        Archive.Open(data, "j").Write([.. new[] { NetworkTests.Flow(2, "203.0.113.7", 443), NetworkTests.Flow(3, "10.8.5.7", 5432, "store") }.Select(f => ("hubble.flows", at, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.ToJsonString())))], 1);
        return data;
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
