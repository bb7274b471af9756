using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Waterguard.Sources.Transports.Syslog;
using Xunit;

namespace Waterguard.Tests.Sources.Transports;

public sealed class SyslogTests
{
    private const string New = "<34>1 2026-11-22T10:00:00.003Z host su 12 ID47 - 'su root' failed";
    private const string Old = "<34>Nov 22 10:00:00 host su[12]: 'su root' failed";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Counted_and_ended_messages_are_found_however_the_bytes_come(int piece)
    {
        var stream = Encoding.UTF8.GetBytes($"{New.Length} {New}{Old}\n{New.Length} {New}\n{Old}\r\n5 hello");
        var (framing, found, pending) = (new SyslogFraming(1000), new List<string>(), new List<byte>());
        for (var at = 0; at <= stream.Length; at += piece)
        {
            pending.AddRange(stream.Skip(at).Take(piece));
            var ended = at + piece > stream.Length;
            while (pending.Count > 0)
            {
                var is1 = framing.Next(pending.ToArray(), ended, out var message, out var used);
                if (is1) found.Add(Encoding.UTF8.GetString(message));
                pending.RemoveRange(0, used);
                if (!is1 && used == 0) break;
            }
        }

        Assert.Equal([New, Old, New, Old, "hello"], found);
    }

    [Fact]
    public async Task Over_tcp_both_framings_arrive_with_time_of_receipt_and_the_sender()
    {
        var sink = new MemorySink();
        await using var run = new RunningTransport(MemorySink.Transport("transport: syslog, listen: '127.0.0.1:0'", out _), sink);
        using var client = await ConnectAsync(run);
        await client.SendAsync(Encoding.UTF8.GetBytes($"{New.Length} {New}{Old}\n"));
        await Until.True(() => sink.Records.Count == 2, "both messages are there");

        Assert.Contains("\"log.format\":\"rfc5424\"", sink.Records[0], StringComparison.Ordinal);
        Assert.Contains("\"log.format\":\"rfc3164\"", sink.Records[1], StringComparison.Ordinal);
        Assert.All(sink.Records, r => Assert.Contains("\"peer\":\"127.0.0.1\",\"received\":\"20", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_tls_messages_arrive_and_who_does_not_speak_it_disturbs_nobody()
    {
        using var folder = Repository.Folder();
        using var key = RSA.Create(2048);
        using var certificate = LoopbackServer.Certificate(key);
        var (cert, secret) = (folder.Write("cert.pem", certificate.ExportCertificatePem()), folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()));
        var sink = new MemorySink();
        await using var run = new RunningTransport(MemorySink.Transport($"transport: syslog, protocol: tls, listen: '127.0.0.1:0', certificate: '{cert}', certificate_key: 'file:{secret}'", out _), sink);
        using var plain = await ConnectAsync(run);
        await plain.SendAsync(Encoding.UTF8.GetBytes(Old + "\n"));

        using var client = await ConnectAsync(run);
        await using var tls = new SslStream(new NetworkStream(client), leaveInnerStreamOpen: true, (_, offered, _, _) => offered!.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.UTF8.GetBytes($"{New.Length} {New}"), TestContext.Current.CancellationToken);
        await Until.True(() => sink.Records.Count == 1, "the message is there");

        Assert.Contains("\"log.format\":\"rfc5424\"", sink.Records[0], StringComparison.Ordinal);
        Assert.True(tls.SslProtocol is SslProtocols.Tls12 or SslProtocols.Tls13);
    }

    [Fact]
    public async Task Over_tcp_a_sender_waits_while_the_journal_is_full_and_loses_nothing()
    {
        var sink = new MemorySink { Answer = Waterguard.Sources.Transports.Delivery.Full };
        await using var run = new RunningTransport(MemorySink.Transport("transport: syslog, listen: '127.0.0.1:0'", out _), sink);
        using var client = await ConnectAsync(run);
        await client.SendAsync(Encoding.UTF8.GetBytes(Old + "\n"));
        await Until.True(() => run.Transport.Progress.Snapshot().Throttled > 0, "it waits");
        Assert.Empty(sink.Records);
        sink.Answer = Waterguard.Sources.Transports.Delivery.Accepted;
        await Until.True(() => sink.Records.Count == 1, "it goes on");
    }

    [Fact]
    public async Task Over_udp_a_datagram_is_a_message_and_what_is_too_large_is_counted()
    {
        var sink = new MemorySink();
        await using var run = new RunningTransport(MemorySink.Transport("transport: syslog, protocol: udp, listen: '127.0.0.1:0', max_message: 1KiB", out _), sink);
        await Until.True(() => Address(run) is not null, "it listens");
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.SendToAsync(Encoding.UTF8.GetBytes(Old), Address(run)!);
        await client.SendToAsync(new byte[2000], Address(run)!);
        await client.SendToAsync(Encoding.UTF8.GetBytes(new string('x', 2000)), Address(run)!);
        await Until.True(() => sink.Records.Count == 1 && run.Transport.Progress.Snapshot().Rejected.Values.Sum() == 1, "one is read and one refused");
    }

    [Fact]
    public async Task Connections_of_one_peer_are_bounded()
    {
        var sink = new MemorySink();
        await using var run = new RunningTransport(MemorySink.Transport("transport: syslog, listen: '127.0.0.1:0', max_connections_of_peer: 1", out _), sink);
        using var first = await ConnectAsync(run);
        await first.SendAsync(Encoding.UTF8.GetBytes(Old + "\n"));
        await Until.True(() => sink.Records.Count == 1, "the first is served");
        using var second = await ConnectAsync(run);

        Assert.Equal(0, await second.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(1, run.Transport.Progress.Snapshot().Notes["connections refused"]);
    }

    private static IPEndPoint? Address(RunningTransport run) => ((SyslogTransport)run.Transport).Address;

    private static async Task<Socket> ConnectAsync(RunningTransport run)
    {
        await Until.True(() => Address(run) is not null, "it listens");
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(Address(run)!);
        return client;
    }
}
