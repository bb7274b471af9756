using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>Syslog over UDP: one message a datagram. Nobody can be made to wait: what cannot be stored in time is dropped and counted.</summary>
internal sealed class SyslogDatagrams(Socket socket, SyslogSettings settings, PeerLimits limits, string? source, TransportProgress progress, TimeProvider time, Action<string> say)
{
    private const int MostWaiting = 16_384;
    private const int BatchBytes = 256 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(10);

    private readonly KernelQueue _queue = new(socket);
    private long _lost;
    private DateTimeOffset _said = DateTimeOffset.MinValue;

    private readonly Channel<(byte[] Message, IPAddress Peer)> _waiting = Channel.CreateBounded<(byte[], IPAddress)>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var storing = StoreAsync(sink, stop);
        if (_queue.Read() is null) progress.Note("the kernel does not tell what it drops");
        var watching = WatchAsync(stop);
        var buffer = new byte[65_536];
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), stop);
                Take(buffer.AsSpan(0, received.ReceivedBytes), ((IPEndPoint)received.RemoteEndPoint).Address);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }

        _waiting.Writer.Complete();
        await storing;
        await watching;
        Look();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, time, stop);
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    // What the kernel dropped came to us, and nobody has seen it: it is counted, but was never read.
    private void Look()
    {
        if (_queue.Read() is not var (dropped, waiting)) return;
        progress.Lag(waiting);
        var more = dropped - _lost;
        if (more <= 0) return;
        _lost = dropped;
        progress.Read(more);
        progress.Dropped(more);
        progress.Note("datagrams that the kernel dropped", more);
        if (time.GetUtcNow() - _said < SayEvery) return;
        _said = time.GetUtcNow();
        say($"the kernel dropped {dropped} datagrams until now, because they came faster than they were taken: use tcp, or a larger buffer (it has {socket.ReceiveBufferSize >> 10} KiB; sysctl net.core.rmem_max)");
    }

    private void Take(ReadOnlySpan<byte> message, IPAddress peer)
    {
        message = message.TrimEnd("\r\n\0"u8);
        if (message.IsEmpty) return;
        if (message.Length > settings.MaxMessage)
        {
            progress.Read();
            progress.Rejected("the message is too large");
        }
        else if (limits.Take(peer, 1) > TimeSpan.Zero)
        {
            limits.Return(peer, 1);
            progress.Read();
            progress.Dropped();
            progress.Note("messages above a peer's rate");
        }
        else if (!_waiting.Writer.TryWrite((message.ToArray(), peer)))
        {
            progress.Read();
            progress.Dropped();
        }
    }

    private async Task StoreAsync(IInputSink sink, CancellationToken stop)
    {
        var batch = new SyslogBatch(source, progress, time);
        var backoff = Backoff.Of(time);
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Length < BatchBytes && _waiting.Reader.TryRead(out var one)) batch.Add(one.Message, one.Peer);
            if (batch.Count == 0) continue;
            var whole = batch.Take("udp", $"syslog:{settings.Protocol}");
            if (!await Handover.UntilTakenAsync(sink, whole, progress, backoff, stop)) progress.Dropped(whole.Records);
        }
    }
}
