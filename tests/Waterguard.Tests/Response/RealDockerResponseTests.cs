using System.Diagnostics;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>The playbook on a real engine, by the tool as its user has it: planned, approved, done, seen to be in effect, undone.</summary>
[Collection(nameof(WholeKernel))]
public sealed class RealDockerResponseTests
{
    [Fact]
    public async Task A_container_is_taken_off_its_network_with_its_evidence_and_put_back()
    {
        await using var engine = await RealEngine.StartAsync(hasOwnNetwork: true);
        using var folder = Repository.Folder();
        Assert.DoesNotContain("failed", await engine.DockerAsync("network", "create", "--subnet", "10.77.0.0/24", "quay"), StringComparison.Ordinal);
        var id = await engine.DockerAsync("run", "-d", "--name", "evasive", "--network", "quay", "suspicious_image", "/bin/sh", "-c", "echo hello from inside; sleep 600");
        var pid = await engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", id);
        Assert.Equal(0, Reaches(pid));

        var run = Planned(engine, folder, id);
        Assert.Contains("asked for this run", Respond(engine, folder, "ann", "approve", run, "disconnect").Error, StringComparison.Ordinal);
        Assert.Equal(0, Respond(engine, folder, "bob", "approve", run, "disconnect").Code);
        var done = Respond(engine, folder, "ann", "run", run, "assess", "evidence-docker", "disconnect");
        Assert.True(done.Code == 0, done.Output + done.Error);
        Assert.Contains("neither the engine nor the kernel shows a network", done.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, Reaches(pid));

        var bundle = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "data", "evidence"), "*.tar.gz"));
        Assert.Equal(0, Tool.Run("evidence", "verify", bundle).Code);
        Assert.Contains("hello from inside", Inside(bundle, "logs.raw"), StringComparison.Ordinal);
        Assert.Contains(id, Inside(bundle, "manifest.json"), StringComparison.Ordinal);
        Assert.Equal(1, Tool.Run("evidence", "verify", Tampered(bundle)).Code);

        var undone = Respond(engine, folder, "bob", "undo", run, "disconnect");
        Assert.True(undone.Code == 0, undone.Output + undone.Error);
        Assert.Equal(0, Reaches(pid));

        // What is gone needs no undo.
        var again = Planned(engine, folder, id);
        Assert.Equal(0, Respond(engine, folder, "bob", "approve", again, "disconnect").Code);
        Assert.Equal(0, Respond(engine, folder, "ann", "run", again, "assess", "evidence-docker", "disconnect").Code);
        await engine.DockerAsync("rm", "-f", id);
        var gone = Respond(engine, folder, "bob", "undo", again, "disconnect");
        Assert.True(gone.Code == 0, gone.Output + gone.Error);
        Assert.Contains("the container is gone: nothing is left to undo", gone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_container_on_the_hosts_network_is_paused_since_it_cannot_be_disconnected()
    {
        await using var engine = await RealEngine.StartAsync();
        using var folder = Repository.Folder();
        var id = await engine.DockerAsync("run", "-d", "--name", "evasive_container", "--network", "host", "suspicious_image");

        var run = Planned(engine, folder, id);
        Assert.Contains("is on the network of its host, from which it cannot be taken", Respond(engine, folder, "ann", "show", run).Output, StringComparison.Ordinal);
        Respond(engine, folder, "bob", "approve", run, "pause");
        Assert.Equal(0, Respond(engine, folder, "ann", "run", run, "assess", "evidence-docker", "pause").Code);
        Assert.Equal("paused", await engine.DockerAsync("inspect", "-f", "{{.State.Status}}", id));
        Assert.Equal(0, Respond(engine, folder, "ann", "undo", run, "pause").Code);
        Assert.Equal("running", await engine.DockerAsync("inspect", "-f", "{{.State.Status}}", id));
    }

    private static string Planned(RealEngine engine, TemporaryFolder folder, string id)
    {
        var alert = folder.Write("alert.json", $"{{\"id\":\"a1\",\"strategy\":\"container-runtime-evasion\",\"entities\":{{\"container\":[\"{id}\",\"evasive\",\"{id[..12]}\"]}}}}\n");
        var planned = Respond(engine, folder, "ann", "plan", alert, "--execute");
        Assert.True(planned.Code == 0, planned.Error);
        return planned.Output.Split(':')[0];
    }

    private static ToolResult Respond(RealEngine engine, TemporaryFolder folder, string actor, string verb, params string[] rest) => Tool.Run(Arguments(engine, folder, actor, verb, rest));

    private static string[] Arguments(RealEngine engine, TemporaryFolder folder, string actor, string verb, params string[] rest) =>
        ["respond", verb, .. rest, "--docker", "unix://" + engine.Socket, "--data", Path.Combine(folder.Path, "data"), "--as", actor, "--most-per-hour", "1000"];

    // From inside of the container's network: whether the gateway can be reached.
    private static int Reaches(string pid) => Shell($"nsenter -t {pid} -n busybox ping -c 1 -W 2 10.77.0.1 >/dev/null 2>&1");

    private static string Inside(string bundle, string name)
    {
        using var process = Process.Start(new ProcessStartInfo("tar", ["-xzOf", bundle, name]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }

    private static string Tampered(string bundle)
    {
        Shell($"cd \"$(mktemp -d -p {Path.GetDirectoryName(bundle)})\" && tar -xzf {bundle} && echo more >>logs.raw && tar -czf {bundle}.other *");
        return bundle + ".other";
    }

    private static int Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { UseShellExecute = false })!;
        process.WaitForExit(TimeSpan.FromSeconds(30));
        return process.HasExited ? process.ExitCode : -1;
    }
}
