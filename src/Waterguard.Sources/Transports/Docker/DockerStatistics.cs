using System.Collections.Concurrent;
using Waterguard.Events.Framing;
using Waterguard.Platforms.Docker;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>Reads the statistics of every running container, again and again.</summary>
internal sealed class DockerStatistics(DockerEngine engine, TimeSpan every, TransportProgress progress, TimeProvider time)
{
    private const int AtOnce = 8;

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var backoff = Backoff.Of(time);
        using var timer = new PeriodicTimer(every, time);
        try
        {
            do
            {
                try
                {
                    await ReadAsync(sink, backoff, stop);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException)
                {
                    progress.Failed("statistics: " + e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReadAsync(IInputSink sink, Backoff backoff, CancellationToken stop)
    {
        var measured = new ConcurrentBag<byte[]>();
        await Parallel.ForEachAsync(await engine.ContainersAsync(all: false, stop), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (container, cancel) =>
        {
            if (await engine.StatsAsync(container, cancel) is { } statistics) measured.Add(statistics);
        });
        if (measured.IsEmpty) return;
        var block = new RecordBlock();
        foreach (var one in measured) block.Add(one.AsSpan().Trim(" \r\n"u8), block.Count + 1, 0);
        progress.Read(block.Count);
        await Handover.UntilTakenAsync(sink, new TransportBatch("stats", block.ToArray(), block.Count) { Source = "docker.stats", Place = "docker" }, progress, backoff, stop);
    }
}
