using System.Collections.Immutable;
using Waterguard.Platforms.Docker;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Docker;
using Waterguard.Response.Playbooks;
using Waterguard.Tests.Response.Kubernetes;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>The mark of a quarantined container, on a real engine and a real Swarm: seen by the engine's own client, and taken away only while it is ours.</summary>
[Collection(nameof(WholeKernel))]
public sealed class DockerLabelTests
{
    private const string Run = "run-20261122080000-0a1b2c3d";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_container_is_renamed_and_gets_its_name_back_unless_somebody_has_renamed_it_since()
    {
        await using var engine = await RealEngine.StartAsync();
        using var docker = new DockerControl(new DockerAddress("unix://" + engine.Socket));
        var label = new DockerLabel(docker);
        var id = await engine.DockerAsync("run", "-d", "--name", "quiet", "--network", "none", "--label", "com.docker.swarm.task.id=abc", "--label", "com.docker.swarm.service.id=def", "suspicious_image");
        Task<string> NameAsync() => engine.DockerAsync("inspect", "-f", "{{.Name}}", id);

        // What its labels say of a Swarm is a claim.
        var plan = await label.PlanAsync(Target(id), None);
        Assert.Contains("which is not so", string.Join(';', plan.Shares), StringComparison.Ordinal);
        Assert.False((await label.ProbeAsync(plan, None)).Holds);
        await label.ActAsync(plan, None);
        await label.ActAsync(plan, None);
        Assert.Equal((true, "/quiet.quarantined-0a1b2c3d"), ((await label.ProbeAsync(plan, None)).Holds, await NameAsync()));
        Assert.Contains("marked already", (await label.PlanAsync(Target(id, "run-20261122080000-ffffffff"), None)).Refusal, StringComparison.Ordinal);
        await label.UndoAsync(plan, None);
        await label.UndoAsync(plan, None);
        Assert.Equal((false, "/quiet"), ((await label.ProbeAsync(plan, None)).Holds, await NameAsync()));

        await label.ActAsync(plan, None);
        await engine.DockerAsync("rename", id, "somebody-elses");
        await label.UndoAsync(plan, None);
        Assert.Equal("/somebody-elses", await NameAsync());
        await engine.DockerAsync("rm", "-f", id);
        Assert.True(await label.ProbeAsync(plan, None) is { Holds: true, Gone: true });
    }

    [Fact]
    public async Task A_name_that_was_given_to_another_meanwhile_is_not_taken_from_it()
    {
        await using var engine = await RealEngine.StartAsync();
        using var docker = new DockerControl(new DockerAddress("unix://" + engine.Socket));
        var id = await engine.DockerAsync("run", "-d", "--name", "quiet", "--network", "none", "suspicious_image");
        var step = Harbour.Step("docker.label", "container", id, ActionRisk.Low);
        var (responses, run) = await Harbour.DoneAsync(new DockerLabel(docker), step);
        Assert.Equal(StepState.Done, run.Steps[0].State);
        await engine.DockerAsync("run", "-d", "--name", "quiet", "--network", "none", "suspicious_image");
        var e = await Assert.ThrowsAsync<ActionFailedException>(() => responses.UndoAsync(run.Id, step.Id, "ann", None));
        Assert.Contains("already in use", e.Message, StringComparison.Ordinal);
        Assert.Equal(StepState.Undoing, Assert.Single(await responses.TickAsync(None)).Run.Steps[0].State);
    }

    [Fact]
    public async Task The_service_of_a_Swarms_task_is_labelled_whoever_changes_it_meanwhile_and_its_task_goes_on()
    {
        await using var engine = await RealEngine.StartAsync(hasOwnNetwork: true);
        using var docker = new DockerControl(new DockerAddress("unix://" + engine.Socket));
        await engine.DockerAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377");
        await engine.DockerAsync("service", "create", "--detach", "--no-resolve-image", "--name", "crane", "--label", "tide=low", "--network", "host", "suspicious_image");
        var id = "";
        await Until.True(async () => (id = await engine.DockerAsync("ps", "-q", "--no-trunc")).Length == 64, "the task's container runs");
        Task<string> LabelsAsync() => engine.DockerAsync("service", "inspect", "-f", "{{json .Spec.Labels}}", "crane");

        var label = new DockerLabel(docker);
        var plan = await label.PlanAsync(Target(id), None);
        Assert.True(plan.Refusal is null, plan.Refusal);
        Assert.Contains("crane", plan.Names);
        await engine.DockerAsync("service", "update", "--detach", "--no-resolve-image", "--label-add", "tide=high", "crane");
        await label.ActAsync(plan, None);
        await label.ActAsync(plan, None);
        Assert.True((await label.ProbeAsync(plan, None)).Holds);
        Assert.Equal($$"""{"tide":"high","waterguard/quarantine":"{{Run}}"}""", await LabelsAsync());
        Assert.Equal(id, await engine.DockerAsync("ps", "-q", "--no-trunc"));
        Assert.Contains($"marked already, by {Run}", (await label.PlanAsync(Target(id, Run + "x"), None)).Refusal, StringComparison.Ordinal);

        // Another container says that it is the same task: it is renamed, and the service is left alone.
        var task = await engine.DockerAsync("inspect", "-f", "{{index .Config.Labels \"com.docker.swarm.task.id\"}}", id);
        var liar = await engine.DockerAsync("run", "-d", "--name", "liar", "--network", "none", "--label", "com.docker.swarm.task.id=" + task, "suspicious_image");
        Assert.StartsWith("rename liar", (await label.PlanAsync(Target(liar), None)).Says, StringComparison.Ordinal);

        await label.UndoAsync(plan, None);
        Assert.Equal("""{"tide":"high"}""", await LabelsAsync());
        Assert.False((await label.ProbeAsync(plan, None)).Holds);
        await engine.DockerAsync("service", "rm", "crane");
        Assert.True(await label.ProbeAsync(plan, None) is { Gone: true });
    }

    [Fact]
    public async Task A_container_that_calls_itself_untouchable_is_a_claim_and_one_whose_image_or_id_is_listed_is_not()
    {
        await using var engine = await RealEngine.StartAsync();
        using var docker = new DockerControl(new DockerAddress("unix://" + engine.Socket));
        var id = await engine.DockerAsync("run", "-d", "--name", "waterguard-2", "--network", "none", "suspicious_image");
        var image = await engine.DockerAsync("inspect", "-f", "{{.Image}}", id);
        var plan = await new DockerPause(docker).PlanAsync(Target(id), None);
        Assert.Equal(new ForbiddenName("waterguard-2", IsClaim: true), new ResponseLimits(ResponseLimits.Usual).Forbidden(plan));
        Assert.Equal(new ForbiddenName("suspicious_image", IsClaim: true), new ResponseLimits(["suspicious*"]).Forbidden(plan));
        Assert.Equal(new ForbiddenName(image, IsClaim: false), new ResponseLimits([.. ResponseLimits.Usual, image]).Forbidden(plan));
        Assert.Equal(new ForbiddenName(id, IsClaim: false), new ResponseLimits([id]).Forbidden(plan));
    }

    private static ActionTarget Target(string id, string run = Run) => new(run, "mark", ImmutableSortedDictionary<string, string>.Empty.Add("container", id));
}
