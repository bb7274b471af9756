using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Waterguard.Tests.Sensing;

/// <summary>Starts containers as whoever wants to be seen by no engine does: by runc itself, and by ctr at a containerd of their own. What it starts it ends, by its id.</summary>
internal sealed class PastEngines : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("waterguard-past-").FullName;
    private readonly List<string> _runc = [];
    private readonly List<string> _ctr = [];
    private Process? _containerd;

    private PastEngines()
    {
    }

    public string Socket => Path.Combine(_folder, "c.sock");

    public static async Task<PastEngines> StartAsync()
    {
        var past = new PastEngines();
        past.Shell("mkdir -p \"$0/bundle/rootfs/bin\" \"$0/bundle/rootfs/proc\"; cp \"$(readlink -f \"$(command -v busybox)\")\" \"$0/bundle/rootfs/bin/busybox\"; ln -s busybox \"$0/bundle/rootfs/bin/sleep\"; cd \"$0/bundle\" && runc spec");
        var file = Path.Combine(past._folder, "bundle", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("/bin/sleep", "600");
        File.WriteAllText(file, config.ToJsonString());
        past._containerd = Process.Start(new ProcessStartInfo("bash", ["-c", "exec containerd --config /dev/null --root \"$0/root\" --state \"$0/state\" --address \"$0/c.sock\" >>\"$0/log\" 2>&1", past._folder]) { UseShellExecute = false });
        await Until.True(() => File.Exists(past.Socket), "the other containerd listens", 30);
        return past;
    }

    public void Runc(string name)
    {
        _runc.Add(name);
        Shell($"runc --root \"$0/runc\" run -d --bundle \"$0/bundle\" {name} </dev/null >/dev/null 2>&1");
    }

    public void Ctr(string name)
    {
        _ctr.Add(name);
        Shell($"ctr -a \"$0/c.sock\" -n wg-past run -d --rootfs \"$0/bundle/rootfs\" {name} /bin/sleep 600");
    }

    public void Dispose()
    {
        foreach (var name in _runc) Try($"runc --root \"$0/runc\" delete -f {name}");
        foreach (var name in _ctr) Try($"ctr -a \"$0/c.sock\" -n wg-past task kill -s 9 {name}; sleep 0.2; ctr -a \"$0/c.sock\" -n wg-past task rm {name}; ctr -a \"$0/c.sock\" -n wg-past container rm {name}");
        if (_containerd is not null)
        {
            Try($"kill {_containerd.Id}");
            _containerd.WaitForExit(TimeSpan.FromSeconds(20));
            _containerd.Dispose();
        }

        Try("awk -v w=\"$0/\" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r | while read -r m; do umount -l \"$m\"; done; rm -rf \"$0\"");
    }

    private void Shell(string script) => Assert.Equal(0, Run(script));

    private void Try(string script) => Run(script);

    private int Run(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script, _folder]) { UseShellExecute = false })!;
        process.WaitForExit(TimeSpan.FromSeconds(60));
        return process.HasExited ? process.ExitCode : -1;
    }
}
