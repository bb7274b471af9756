using System.Diagnostics;
using System.Globalization;

namespace Waterguard.Validation.Live;

/// <summary>The kernel's audit, with a daemon and a watch of the validation's own; what was there before is there afterwards. Not thread-safe.</summary>
internal sealed class LiveAudit(string folder, LiveTools tools) : IAsyncDisposable
{
    private const string CanaryKey = "waterguard-canary";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(100);
    private Process? _daemon;
    private bool _wasOff;

    /// <summary>Why it cannot be listened to; null: it is.</summary>
    public string? Missing { get; private set; } = "no scenario asked for the audit";

    /// <summary>Where the daemon writes.</summary>
    public static string Log(string folder) => Path.Combine(folder, "audit", "audit.log");

    /// <summary>The folder that is watched: markers of a canary are made in it.</summary>
    public static string Watched(string folder) => Path.Combine(folder, "watched");

    /// <summary>Starts the daemon, unless somebody's own one runs.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        Missing = await StartOrSayWhyNotAsync(cancel);
        if (Missing is not null) await DisposeAsync();
    }

    /// <summary>Cuts it off as an adversary would: the kernel is told to record nothing, and the daemon is killed.</summary>
    public async Task CutAsync()
    {
        if (_daemon is null) return;
        await tools.RunAsync(["auditctl", "-e", "0"], CancellationToken.None);
        _daemon.Kill();
        await _daemon.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not { } daemon) return;
        _daemon = null;
        await tools.RunAsync(["auditctl", "-W", Watched(folder), "-p", "wa", "-k", CanaryKey], CancellationToken.None);
        await LiveProcess.EndAsync(daemon);
        if (_wasOff) await tools.RunAsync(["auditctl", "-e", "0"], CancellationToken.None);
    }

    private async Task<string?> StartOrSayWhyNotAsync(CancellationToken cancel)
    {
        if (Environment.UserName != "root") return "it needs root";
        if (LiveTools.Find("auditctl") is null || LiveTools.Find("auditd") is not { } program) return "there is no auditd on this machine";
        var (code, state) = await tools.RunAsync(["auditctl", "-s"], cancel);
        if (code != 0) return $"not permitted: the kernel does not tell of its audit: {state}";
        if (Daemon(state) is { } other)
        {
            if (!IsLeftBehind(other)) return "not permitted: an audit daemon of the machine's own runs, which is left alone";
            await tools.RunAsync(["kill", "-9", other], cancel);
        }

        _wasOff = state.StartsWith("enabled 0", StringComparison.Ordinal);
        var settings = Directory.CreateDirectory(Path.Combine(folder, "audit", "settings")).FullName;
        Directory.CreateDirectory(Path.Combine(settings, "plugins.d"));
        Directory.CreateDirectory(Watched(folder));
        await File.WriteAllTextAsync(Path.Combine(settings, "auditd.conf"), $"""
            log_file = {Log(folder)}
            log_format = ENRICHED
            flush = SYNC
            space_left = 1
            admin_space_left = 0
            space_left_action = IGNORE
            admin_space_left_action = IGNORE
            disk_full_action = IGNORE
            disk_error_action = IGNORE

            """, cancel);
        _daemon = tools.Start(program, ["-n", "-c", settings]);
        var known = string.Create(CultureInfo.InvariantCulture, $"pid {_daemon.Id}");
        for (var waited = TimeSpan.Zero; !(await tools.RunAsync(["auditctl", "-s"], cancel)).Output.Split('\n').Contains(known, StringComparer.Ordinal); waited += s_between)
        {
            if (_daemon.HasExited || waited > s_patience) return "not permitted: the kernel does not take an audit daemon";
            await Task.Delay(s_between, cancel);
        }

        await tools.RunAsync(["auditctl", "-e", "1"], cancel);
        var (refused, why) = await tools.RunAsync(["auditctl", "-w", Watched(folder), "-p", "wa", "-k", CanaryKey], cancel);
        return refused == 0 ? null : $"not permitted: the kernel takes no audit rules: {why}";
    }

    // The kernel names a daemon that was killed until it has something to tell it.
    private static string? Daemon(string state) =>
        state.Split('\n').FirstOrDefault(l => l.StartsWith("pid ", StringComparison.Ordinal))?[4..].Trim() is { } process && process != "0" && Directory.Exists("/proc/" + process) ? process : null;

    // A validation that was cut off leaves its daemon behind; who runs one now has a parent.
    private static bool IsLeftBehind(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("/waterguard-live-", StringComparison.Ordinal) && File.ReadAllLines($"/proc/{process}/status").Contains("PPid:\t1", StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return true; // it has ended meanwhile
        }
    }
}
