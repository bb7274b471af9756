using System.Diagnostics;
using System.Text.Json;

namespace Waterguard.Validation.Live;

/// <summary>A service of one's own that listens to an engine: the tool itself, in a process and a folder of its own, as its user would run it.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _configuration;
    private volatile string _last = "it says nothing";
    private readonly List<(string Json, DateTimeOffset At)> _alerts = [];
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LiveService(Process process, string folder) => (_process, _configuration, Data) = (process, Path.Combine(folder, "live.yaml"), Path.Combine(folder, "data"));

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

    /// <summary>What it said last, where it has ended by itself; null: it runs.</summary>
    public string? Ended => _process.HasExited ? _last : null;

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <exception cref="IOException">It does not start; the message says why.</exception>
    public static async Task<LiveService> StartAsync(LiveSettings settings, string folder, bool hasAudit, TimeProvider time, CancellationToken cancel)
    {
        var configuration = Path.Combine(folder, "live.yaml");
        await File.WriteAllTextAsync(configuration, settings.Configuration(folder, hasAudit), cancel);
        var service = new LiveService(LiveProcess.Start("serve", "--config", configuration), folder);
        var log = new List<string>();
        _ = service.DrainAsync(service._process.StandardError, line =>
        {
            lock (log) log.Add(line);
            service._last = line;
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

        if (service._serving.Task.IsCompletedSuccessfully) return service;
        await service.DisposeAsync();
        lock (log) throw new IOException($"the service does not start: {log.LastOrDefault() ?? "it says nothing"}");
    }

    /// <summary>The state of a detection, as <c>strategy status</c> says it, with the reason.</summary>
    public async Task<(string State, string Reason)?> StateAsync(IReadOnlySet<string> rules, CancellationToken cancel)
    {
        using var status = LiveProcess.Start("strategy", "status", "--config", _configuration, "--silent-after", "10s", "-o", "json");
        var (output, error) = (status.StandardOutput.ReadToEndAsync(cancel), status.StandardError.ReadToEndAsync(cancel));
        await status.WaitForExitAsync(cancel);
        await error;
        if (await output is not { Length: > 0 } text) return null;
        using var json = JsonDocument.Parse(text);
        foreach (var detection in json.RootElement.GetProperty("strategies").EnumerateArray().SelectMany(s => s.GetProperty("detections").EnumerateArray()))
        {
            if (rules.Contains(detection.GetProperty("id").GetString()!)) return (detection.GetProperty("state").GetString()!, string.Join("; ", detection.GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("text").GetString())));
        }

        return null;
    }

    public async ValueTask DisposeAsync() => await LiveProcess.EndAsync(_process);

    private async Task DrainAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line) take(line);
        _serving.TrySetCanceled();
    }
}
