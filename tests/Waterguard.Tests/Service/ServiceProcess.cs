using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The built tool as a service, in a process of its own, which is ended by its id.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const int Term = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly List<string> _alerts = [];
    private readonly Task _reading;

    private ServiceProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(Drain(process.StandardError, _log), Drain(process.StandardOutput, _alerts));
    }

    public int Code => _process.ExitCode;

    public bool HasEnded => _process.HasExited;

    public IReadOnlyList<string> Log => Copy(_log);

    public IReadOnlyList<string> Alerts => Copy(_alerts);

    public static async Task<ServiceProcess> StartAsync(string configuration)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "waterguard.dll"));
        foreach (var argument in new[] { "serve", "--config", configuration }) start.ArgumentList.Add(argument);
        var service = new ServiceProcess(Process.Start(start)!);
        await Until.True(() => service.Started() is not null || service.HasEnded, "the service starts");
        Assert.False(service.HasEnded, string.Join('\n', service.Log));
        return service;
    }

    /// <summary>Where its HTTP interface is.</summary>
    public Uri Address => new(Started()!.Value.GetProperty("http").GetString()!);

    /// <summary>A signal that nobody can prepare for.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Signal(_process.Id, Term));
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the service has not ended within {Patience.TotalSeconds} s; it said last: {string.Join('\n', Log.TakeLast(12))}");
        }

        await _reading;
        AssertNothingIsUncounted();
        return _process.ExitCode;
    }

    // Holds for each input of each service of each test: what came in is stored, was there already, was refused with a reason, or was lost and says so.
    private void AssertNothingIsUncounted()
    {
        var last = Log.Where(l => l.Contains("\"message\":\"input\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l).RootElement).GroupBy(i => i.GetProperty("input").GetString(), StringComparer.Ordinal).Select(g => g.Last());
        foreach (var input in last)
        {
            long Count(string name) => input.GetProperty(name).GetInt64();
            var rejected = input.GetProperty("rejected") is { ValueKind: JsonValueKind.Object } reasons ? reasons.EnumerateObject().Sum(r => r.Value.GetInt64()) : 0;
            Assert.True(Count("read") == Count("accepted") + Count("duplicates") + rejected + Count("dropped"), $"received = stored + duplicate + rejected + dropped does not hold: {input}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private JsonElement? Started()
    {
        var line = Copy(_log).FirstOrDefault(l => l.Contains("\"message\":\"serving", StringComparison.Ordinal));
        return line is null ? null : JsonDocument.Parse(line).RootElement;
    }

    private static async Task Drain(StreamReader from, List<string> into)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (into) into.Add(line);
        }
    }

    private static string[] Copy(List<string> lines)
    {
        lock (lines) return [.. lines];
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
