using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Sources.Transports;

namespace Waterguard.Api.Live;

/// <summary>Looks again and again whether inputs deliver, and tells those who listen when one becomes silent, delivers again, or has another error.</summary>
internal sealed class InputWatch(IReadOnlyList<ITransport> inputs, EventHub events, TimeProvider time)
{
    /// <summary>An input that brought nothing for as long is silent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var now = time.GetUtcNow();
        foreach (var input in inputs)
        {
            var progress = input.Progress.Snapshot();
            var isFirst = !_seen.TryGetValue(input.Name, out var before);
            before ??= new Seen(progress.Read, now, "waiting", progress.LastError);
            var since = progress.Read != before.Records ? now : before.Since;
            var state = progress.Read == 0 && now - since < Silence ? "waiting" : now - since >= Silence ? "silent" : "delivers";
            _seen[input.Name] = new Seen(progress.Read, since, state, progress.LastError);
            if (isFirst && progress.LastError is null || (state == before.State && progress.LastError == before.Error)) continue;
            events.Tell("source", new JsonObject { ["name"] = input.Name, ["state"] = state, ["since"] = AlertJson.Time(since), ["error"] = progress.LastError });
        }
    }

    private sealed record Seen(long Records, DateTimeOffset Since, string State, string? Error);
}
