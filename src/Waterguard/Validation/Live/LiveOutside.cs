using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Emulation.Scenarios;

namespace Waterguard.Validation.Live;

/// <summary>Plays the outside for one scenario: a network namespace, named as the scenario, with an address that is nobody's and a listener; a pair of interfaces ties it to a container. Both go with the namespace.</summary>
internal sealed class LiveOutside(string scenario, LiveTools tools)
{
    // The sensor looks at connections every other second: a shorter one may be missed, by it as by any that looks.
    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private readonly List<Process> _listeners = [];
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    // A network of the scenario's own: what detections learn of one address is not of another.
    private readonly string _network = string.Create(CultureInfo.InvariantCulture, $"10.213.{SHA256.HashData(Encoding.UTF8.GetBytes(scenario))[0]}");

    // Names of interfaces have at most fifteen characters.
    private readonly string _wire = "wg" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scenario)))[..11];

    /// <summary>Calls, as often as the step says.</summary>
    /// <exception cref="IOException">The network cannot be made, or nobody answers.</exception>
    public async Task CallAsync(Call call, string container, TimeProvider time, CancellationToken cancel)
    {
        var process = await OkAsync(["docker", "inspect", "-f", "{{.State.Pid}}", container], cancel);
        await TieAsync(call, process, cancel);
        var chance = new Random(call.Port);
        var port = call.Port.ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < call.Times; i++)
        {
            var begun = time.GetTimestamp();
            using var caller = tools.Start("nsenter", ["-t", process, "-n", "busybox", "nc", "-w", "20", call.To.ToString(), port]);
            while (!caller.HasExited && !IsConnected(process, call) && time.GetElapsedTime(begun) < s_patience) await Task.Delay(s_look, time, cancel);
            await Task.Delay(s_held, time, cancel);
            if (caller.HasExited) throw new IOException($"{call.To}:{call.Port} does not answer: {await caller.StandardError.ReadToEndAsync(cancel)}");
            caller.Kill();
            await caller.WaitForExitAsync(cancel);
            var next = call.Every + (((chance.NextDouble() * 2) - 1) * call.Jitter) - time.GetElapsedTime(begun);
            if (i + 1 < call.Times && next > TimeSpan.Zero) await Task.Delay(next, time, cancel);
        }
    }

    // As the kernel shows the connections of the container's network: a machine that is busy takes its time until there is one.
    private static bool IsConnected(string process, Call call)
    {
        var remote = string.Create(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt32LittleEndian(call.To.GetAddressBytes()):X8}:{call.Port:X4} 01 ");
        return File.ReadLines($"/proc/{process}/net/tcp").Any(l => l.Contains(remote, StringComparison.Ordinal));
    }

    /// <summary>Ends the listeners and takes the namespace away.</summary>
    public async Task CloseAsync()
    {
        foreach (var listener in _listeners)
        {
            if (!listener.HasExited) listener.Kill();
            await listener.WaitForExitAsync();
            listener.Dispose();
        }

        _listeners.Clear();

        await RemoveAsync(scenario, tools);
    }

    /// <summary>Takes the namespace of a scenario away, whoever left it.</summary>
    public static async Task RemoveAsync(string scenario, LiveTools tools)
    {
        if (!File.Exists($"/run/netns/{scenario}")) return;
        // What still listens in it would keep it alive without its name.
        var (_, left) = await tools.RunAsync(["ip", "netns", "pids", scenario], CancellationToken.None);
        foreach (var process in left.Split('\n', StringSplitOptions.RemoveEmptyEntries)) await tools.RunAsync(["kill", "-9", process], CancellationToken.None);
        await tools.RunAsync(["ip", "netns", "del", scenario], CancellationToken.None);
    }

    private async Task TieAsync(Call call, string process, CancellationToken cancel)
    {
        if (_made.Add(scenario))
        {
            // A run that was cut off, perhaps of somebody who kept their files elsewhere, leaves it behind.
            await RemoveAsync(scenario, tools);
            await OkAsync(["ip", "netns", "add", scenario], cancel);
        }

        if (_made.Add("process " + process))
        {
            await OkAsync(["ip", "link", "add", _wire + "i", "netns", process, "type", "veth", "peer", "name", _wire + "o", "netns", scenario], cancel);
            await OkAsync(["nsenter", "-t", process, "-n", "ip", "addr", "add", _network + ".2/24", "dev", _wire + "i"], cancel);
            await OkAsync(["nsenter", "-t", process, "-n", "ip", "link", "set", _wire + "i", "up"], cancel);
            await OkAsync(["ip", "-n", scenario, "addr", "add", _network + ".1/24", "dev", _wire + "o"], cancel);
            await OkAsync(["ip", "-n", scenario, "link", "set", _wire + "o", "up"], cancel);
            await OkAsync(["ip", "-n", scenario, "link", "set", "lo", "up"], cancel);
            await OkAsync(["nsenter", "-t", process, "-n", "ip", "route", "add", "default", "via", _network + ".1"], cancel);
        }

        if (_made.Add(call.To.ToString())) await OkAsync(["ip", "-n", scenario, "addr", "add", call.To + "/32", "dev", "lo"], cancel);
        if (!_made.Add($"port {call.Port}")) return;
        _listeners.Add(tools.Start("ip", ["netns", "exec", scenario, "busybox", "nc", "-ll", "-p", call.Port.ToString(CultureInfo.InvariantCulture), "-e", "cat"]));
        await Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
    }

    private async Task<string> OkAsync(IReadOnlyList<string> words, CancellationToken cancel)
    {
        var (code, output) = await tools.RunAsync(words, cancel);
        return code == 0 ? output : throw new IOException($"'{string.Join(' ', words)}' failed: {output}");
    }
}
