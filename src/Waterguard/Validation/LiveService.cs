using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Waterguard.Validation;

/// <summary>A service of one's own that listens to an engine: the tool itself, in a process and a folder of its own, as its user would run it.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly List<(string Json, DateTimeOffset At)> _alerts = [];
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LiveService(Process process, string folder) => (_process, Data) = (process, Path.Combine(folder, "data"));

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>The alerts so far, with when each was told.</summary>
    public IReadOnlyList<(string Json, DateTimeOffset At)> Alerts
    {
        get
        {
            lock (_alerts) return [.. _alerts];
        }
    }

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <exception cref="IOException">It does not start; the message says why.</exception>
    public static async Task<LiveService> StartAsync(string engine, string folder, TimeProvider time, CancellationToken cancel)
    {
        var configuration = Path.Combine(folder, "live.yaml");
        await File.WriteAllTextAsync(configuration, $"data: {JsonSerializer.Serialize(Path.Combine(folder, "data"))}\narchive: {{enabled: false}}\ntime: {{lateness: 1s}}\ninputs:\n  - {{name: engine, transport: docker, host: {JsonSerializer.Serialize(engine)}}}\n", cancel);
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Assembly.GetExecutingAssembly().Location, "serve", "--config", configuration]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal)) start.FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var service = new LiveService(Process.Start(start)!, folder);
        var log = new List<string>();
        _ = service.DrainAsync(service._process.StandardError, line =>
        {
            lock (log) log.Add(line);
            if (line.Contains("\"serving\"", StringComparison.Ordinal)) service._serving.TrySetResult();
        });
        _ = service.DrainAsync(service._process.StandardOutput, line =>
        {
            lock (service._alerts) service._alerts.Add((line, time.GetUtcNow()));
        });
        try
        {
            await Task.WhenAny(service._serving.Task, service._process.WaitForExitAsync(cancel)).WaitAsync(s_patience, time, cancel);
        }
        catch (TimeoutException)
        {
            // Said below.
        }

        if (service._serving.Task.IsCompleted) return service;
        await service.DisposeAsync();
        lock (log) throw new IOException($"the service does not start: {log.LastOrDefault() ?? "it says nothing"}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process.Start("kill", [$"{_process.Id}"])) await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(s_patience));
            if (!_process.HasExited) _process.Kill();
        }

        _process.Dispose();
    }

    private async Task DrainAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line) take(line);
        _serving.TrySetCanceled();
    }
}
