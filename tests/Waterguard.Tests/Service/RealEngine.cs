using System.Diagnostics;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>A Docker engine of the test's own: with its own data, run folder and socket, ended by its id. It leaves the host's network alone.</summary>
internal sealed class RealEngine : IAsyncDisposable
{
    private readonly string _folder;
    private Process? _engine;

    private readonly bool _hasOwnNetwork;

    private RealEngine(string folder, bool hasOwnNetwork) => (_folder, _hasOwnNetwork) = (folder, hasOwnNetwork);

    public string Socket => Path.Combine(_folder, "docker.sock");

    /// <summary>Where the containerd of the engine listens.</summary>
    public string Containerd => Path.Combine(_folder, "exec", "containerd", "containerd.sock");

    /// <param name="hasOwnNetwork">In a network namespace of its own: a Swarm makes bridges.</param>
    public static async Task<RealEngine> StartAsync(bool hasOwnNetwork = false)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        string[] missing = [.. new[] { "dockerd", "docker", "busybox", "tar", "unshare", "ip" }.Where(t => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, t))))];
        Assert.SkipUnless(Environment.UserName == "root" && missing.Length == 0, $"needs root and {string.Join(", ", missing)}");
        var engine = new RealEngine(Directory.CreateTempSubdirectory("waterguard-engine-").FullName, hasOwnNetwork);
        await engine.StartEngineAsync();
        await engine.MakeImageAsync();
        return engine;
    }

    public async Task<string> DockerAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_HOST"] = "unix://" + Socket;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode == 0 ? (await output).Trim() : "failed: " + await error;
    }

    /// <summary>Writes the engine's events into a file as they happen: of those that were, an engine remembers 256.</summary>
    public Process Follow(string file)
    {
        var start = new ProcessStartInfo("bash", ["-c", "exec docker events --format '{{json .}}' >>\"$0\"", file]) { UseShellExecute = false };
        start.Environment["DOCKER_HOST"] = "unix://" + Socket;
        return Process.Start(start)!;
    }

    public async Task RestartAsync()
    {
        await StopEngineAsync();
        await StartEngineAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopEngineAsync();
        using var cleaning = Process.Start(new ProcessStartInfo("bash", ["-c", "awk -v w=\"$0/\" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r | while read -r m; do umount -l \"$m\"; done; rm -rf \"$0\"", _folder]) { UseShellExecute = false })!;
        await cleaning.WaitForExitAsync();
    }

    private async Task StartEngineAsync()
    {
        string[] shell = _hasOwnNetwork ? ["unshare", "--net", "bash"] : ["bash"];
        _engine = Process.Start(new ProcessStartInfo(shell[0], [.. shell[1..], "-c", "ip link set lo up; exec dockerd --data-root \"$0/data\" --exec-root \"$0/exec\" --pidfile \"$0/dockerd.pid\" --host \"unix://$0/docker.sock\" --storage-driver vfs --bridge none --iptables=false --ip-forward=false >>\"$0/dockerd.log\" 2>&1", _folder]) { UseShellExecute = false })!;
        await Until.True(async () => !(await DockerAsync("version")).StartsWith("failed", StringComparison.Ordinal), "the engine answers", 90);
    }

    private async Task StopEngineAsync()
    {
        if (_engine is null) return;
        using var ending = Process.Start("kill", [_engine.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _engine.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _engine.Dispose();
        _engine = null;
    }

    private async Task MakeImageAsync()
    {
        const string Script = "set -e; mkdir -p \"$0/root/bin\" \"$0/root/etc\"; cp \"$(readlink -f \"$(command -v busybox)\")\" \"$0/root/bin/busybox\"; for a in sh sleep true; do ln -sf busybox \"$0/root/bin/$a\"; done; echo 'root:x:0:0:root:/:/bin/sh' >\"$0/root/etc/passwd\"; tar -C \"$0/root\" -cf \"$0/root.tar\" .";
        using var making = Process.Start(new ProcessStartInfo("bash", ["-c", Script, _folder]) { UseShellExecute = false })!;
        await making.WaitForExitAsync();
        var imported = await DockerAsync("import", "--change", "CMD [\"/bin/sleep\",\"600\"]", Path.Combine(_folder, "root.tar"), "suspicious_image");
        Assert.StartsWith("sha256:", imported, StringComparison.Ordinal);
    }
}
