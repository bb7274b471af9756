using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>Asks an API again and again for what is new; each stream by itself.</summary>
internal sealed class PollingTransport(InputDefinition input, TransportSurroundings surroundings, Func<TransportProgress, IPolledApi> open) : ITransport
{
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(15);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        using var api = open(Progress);
        var streams = api.Streams.Select(s => new PolledSpans(api, s, sink, input.Source, Progress, surroundings, Name)).ToArray();
        var running = Task.WhenAll(streams.Select(s => s.RunAsync(stop)));
        using var over = new CancellationTokenSource();
        var measuring = MeasureAsync(streams, over.Token);
        try
        {
            await running;
        }
        finally
        {
            await over.CancelAsync();
            await measuring;
        }
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        using var api = open(Progress);
        var findings = new List<InputFinding>();
        foreach (var stream in api.Streams)
        {
            try
            {
                findings.AddRange(await api.CheckAsync(stream, probe, cancel));
            }
            catch (Exception e) when (CloudCalls.IsTheirs(e))
            {
                findings.Add(InputFinding.Lacks($"{stream.Name}: {api.Advice(stream, e) ?? e.Message}"));
                // Without a token the next one says the same.
                if (e is Platforms.Outbound.CredentialException) break;
            }
        }

        return findings;
    }

    private async Task MeasureAsync(PolledSpans[] streams, CancellationToken over)
    {
        try
        {
            while (true)
            {
                Progress.Behind(streams.Max(s => s.Behind));
                await Task.Delay(MeasureEvery, surroundings.Time, over);
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }
}
