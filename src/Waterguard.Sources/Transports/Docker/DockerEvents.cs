using System.Globalization;
using System.Threading.Channels;
using Waterguard.Events.Framing;
using Waterguard.Platforms.Docker;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>One connection to an engine's events. One task reads, and asks about each new container at once, for it may be gone the next moment; the other
/// waits for the answers in order, and hands over.</summary>
internal sealed class DockerEvents(DockerEngine engine, string engineId, DockerSettings settings, TransportProgress progress, TransportSurroundings surroundings, string name)
{
    private const string Partition = "events";
    private const int MostWaiting = 1024;
    private const int BatchBytes = 256 * 1024;

    // An engine remembers 256 events for those who come back: to know more of them would help nobody.
    private const int MostRemembered = 512;
    private static readonly TimeSpan InspectTime = TimeSpan.FromSeconds(4);

    private readonly Channel<(DockerEvent Event, Task<byte[]?>? Inspect)> _waiting = Channel.CreateBounded<(DockerEvent, Task<byte[]?>?)>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Tombstones _tombstones = new();
    private readonly HashSet<SeenEvent> _known = [];
    private readonly Queue<SeenEvent> _handedOver = new();
    private long _newest;

    public async Task RunAsync(IInputSink sink, Backoff backoff, CancellationToken stop)
    {
        TakeUp(sink.PositionOf(Partition));
        if (_newest == 0)
        {
            // From now on; also when nothing happens before the next start.
            _newest = NowNano();
            await Handover.UntilTakenAsync(sink, Batch(new RecordBlock()), progress, backoff, stop);
        }

        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(Since, broken.Token);
        try
        {
            await InventoryAsync(sink, backoff, stop);
            await HandOverAsync(sink, backoff, stop);
        }
        finally
        {
            await broken.CancelAsync();
            await reading.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await reading;
    }

    private long OverlapNano => settings.Overlap.Ticks * 100;

    // A little before the newest one, for times are not quite in order; but not before those that are remembered.
    private long Since => _handedOver.Count >= MostRemembered ? Math.Max(_newest - OverlapNano, _handedOver.Peek().T + 1) : _newest - OverlapNano;

    private long NowNano() => (surroundings.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void TakeUp(string? stored)
    {
        if (stored is null) return;
        if (DockerPosition.Parse(stored) is not { } position)
        {
            surroundings.Say(name, "the stored position is of a newer version or damaged; events are read from now on");
            return;
        }

        if (position.Engine != engineId)
        {
            surroundings.Say(name, "this is another engine than before; its events are read from now on");
            progress.Note("other engines at the same place");
            return;
        }

        _newest = position.Newest;
        foreach (var seen in position.Seen) _handedOver.Enqueue(seen);
        _known.UnionWith(position.Seen);
    }

    private async Task ReadAsync(long since, CancellationToken stop)
    {
        try
        {
            var first = true;
            var text = string.Create(CultureInfo.InvariantCulture, $"{since / 1_000_000_000}.{since % 1_000_000_000:000000000}");
            await foreach (var line in engine.EventsAsync(text, stop))
            {
                progress.Read();
                progress.Succeeded();
                if (DockerEvent.Parse(line) is not { } found)
                {
                    progress.Rejected("not an event");
                    continue;
                }

                var isKnown = _known.Contains(found.Key);
                if (first && !isKnown && _known.Count > 0)
                {
                    progress.Note("possible gaps");
                    surroundings.Say(name, $"the engine does not remember what was read last (it keeps 256 events, and none over a restart): events before {found.TimeNano} may be lost");
                }

                first = false;
                if (isKnown) progress.Duplicates(1);
                else await _waiting.Writer.WriteAsync((found, found.IsCreation ? InspectAsync(found.Id) : null), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped; what was read is handed over.
        }
        finally
        {
            _waiting.Writer.TryComplete();
        }
    }

    private async Task HandOverAsync(IInputSink sink, Backoff backoff, CancellationToken stop)
    {
        var block = new RecordBlock();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            block.Clear();
            while (block.Length < BatchBytes && _waiting.Reader.TryRead(out var next))
            {
                block.Add(await WholeAsync(next.Event, next.Inspect), block.Count + 1, 0);
                Remember(next.Event.Key);
            }

            if (!await Handover.UntilTakenAsync(sink, Batch(block), progress, backoff, stop)) return;
        }
    }

    private TransportBatch Batch(RecordBlock block) => new(Partition, block.ToArray(), block.Count)
    {
        Source = "docker.events", Place = settings.Host, Position = new DockerPosition(engineId, _newest, [.. _handedOver]).ToString(),
    };

    private void Remember(SeenEvent key)
    {
        _handedOver.Enqueue(key);
        _newest = Math.Max(_newest, key.T);
        while (_handedOver.Count > MostRemembered || _handedOver.Peek().T < _newest - OverlapNano) _handedOver.Dequeue();
    }

    private async Task<byte[]> WholeAsync(DockerEvent found, Task<byte[]?>? inspect)
    {
        if (found.IsRemoval && _tombstones.Take(found.Id) is { } last) return DockerEvent.Join(found.Line, "tombstone", last);
        if (inspect is null) return found.Line;
        if (await inspect is not { } document)
        {
            progress.Note("containers gone before they could be inspected");
            return found.Line;
        }

        _tombstones.Keep(found.Id, document);
        return DockerEvent.Join(found.Line, "inspect", document);
    }

    // Not given up at a stop: an event without its document tells little.
    private async Task<byte[]?> InspectAsync(string container)
    {
        using var patience = new CancellationTokenSource(InspectTime, surroundings.Time);
        try
        {
            return await engine.InspectAsync(container, patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    // What is there already was created when nobody listened.
    private async Task InventoryAsync(IInputSink sink, Backoff backoff, CancellationToken stop)
    {
        if (!settings.Inventory) return;
        var block = new RecordBlock();
        foreach (var container in await engine.ContainersAsync(all: true, stop))
        {
            if (await InspectAsync(container) is not { } document) continue;
            _tombstones.Keep(container, document);
            block.Add(document.AsSpan().Trim(" \r\n"u8), block.Count + 1, 0);
        }

        if (block.Count == 0) return;
        progress.Read(block.Count);
        await Handover.UntilTakenAsync(sink, new TransportBatch("inventory", block.ToArray(), block.Count) { Source = "docker.events", Place = settings.Host }, progress, backoff, stop);
    }
}
