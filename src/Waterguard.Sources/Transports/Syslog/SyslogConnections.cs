using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>Syslog over TCP or TLS. A connection is read no further while the journal is busy or full: then its sender waits.</summary>
internal sealed class SyslogConnections(Socket listener, SyslogSettings settings, PeerLimits limits, string? source, TransportProgress progress, TransportSurroundings surroundings)
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private int _open;

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        using var certificate = settings.Protocol == "tls" ? Certificate(settings) : null;
        var connections = new HashSet<Task>();
        while (!stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            connections.RemoveWhere(c => c.IsCompleted);
            var peer = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            if (_open >= settings.MaxConnections || !limits.TryConnect(peer))
            {
                progress.Note("connections refused");
                socket.Dispose();
                continue;
            }

            Interlocked.Increment(ref _open);
            progress.Note("connections");
            connections.Add(ServeAsync(socket, peer, certificate, sink, stop));
        }

        await Task.WhenAll(connections);
    }

    public static X509Certificate2 Certificate(SyslogSettings settings)
    {
        var key = settings.Key!.Read(out var problem) ?? throw new IOException($"the private key: {problem}");
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(settings.Certificate!), key);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync(Socket socket, IPAddress peer, X509Certificate2? certificate, IInputSink sink, CancellationToken stop)
    {
        try
        {
            await using var network = new NetworkStream(socket, ownsSocket: true);
            if (certificate is null)
            {
                await ReadAsync(network, peer, sink, stop);
                return;
            }

            await using var secure = new SslStream(network);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(HandshakeTime);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, patience.Token);
            await ReadAsync(secure, peer, sink, stop);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            if (!stop.IsCancellationRequested) progress.Note(e is AuthenticationException ? "failed handshakes" : "broken connections");
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            limits.Disconnected(peer);
        }
    }

    private async Task ReadAsync(Stream stream, IPAddress peer, IInputSink sink, CancellationToken stop)
    {
        var framing = new SyslogFraming(settings.MaxMessage);
        var batch = new SyslogBatch(source, progress, surroundings.Time);
        var backoff = Backoff.Of(surroundings.Time);
        var buffer = new byte[Math.Max(64 * 1024, settings.MaxMessage + 64)];
        var filled = 0;
        for (var ended = false; !ended;)
        {
            var read = await ReceiveAsync(stream, buffer.AsMemory(filled), stop);
            ended = read == 0;
            filled += read;
            var before = framing.TooLarge;
            var done = Gather(framing, batch, buffer.AsSpan(0, filled), peer, ended);
            if (framing.TooLarge > before)
            {
                progress.Read(framing.TooLarge - before);
                progress.Rejected("the message is too large", framing.TooLarge - before);
            }

            buffer.AsSpan(done, filled - done).CopyTo(buffer);
            filled -= done;
            if (batch.Count == 0) continue;
            var wait = limits.Take(peer, batch.Count);
            var whole = batch.Take("stream", $"syslog:{peer}");
            if (!await Handover.UntilTakenAsync(sink, whole, progress, backoff, stop)) progress.Dropped(whole.Records);
            if (wait <= TimeSpan.Zero) continue;
            progress.Throttled();
            await Task.Delay(wait, surroundings.Time, stop);
        }
    }

    private static int Gather(SyslogFraming framing, SyslogBatch batch, ReadOnlySpan<byte> bytes, IPAddress peer, bool ended)
    {
        var done = 0;
        while (done < bytes.Length)
        {
            var found = framing.Next(bytes[done..], ended, out var message, out var used);
            done += used;
            if (found) batch.Add(message, peer);
            else if (used == 0) break;
        }

        return done;
    }

    // A stop lets the connection end; what has come is still handed over.
    private async Task<int> ReceiveAsync(Stream stream, Memory<byte> buffer, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(settings.Idle);
        try
        {
            return await stream.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
