using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Waterguard.Sources.Transports.Syslog;
using Xunit;

namespace Waterguard.Tests.Sources.Transports;

/// <summary>More datagrams than anybody can take: those that the kernel drops are counted too.</summary>
public sealed class SyslogBurstTests
{
    [Fact]
    public async Task Every_datagram_of_a_burst_is_taken_or_counted_as_dropped()
    {
        Assert.SkipUnless(File.Exists("/proc/net/udp"), "this system does not tell what it drops");
        var sink = new MemorySink();
        var run = new RunningTransport(MemorySink.Transport("transport: syslog, listen: '127.0.0.1:0', protocol: udp, receive_buffer: 4KiB, messages_per_second: 0", out var said), sink);
        long sent = 0;
        await using (run)
        {
            var transport = (SyslogTransport)run.Transport;
            await Until.True(() => transport.Address is not null, "it listens");
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            client.Connect(transport.Address!);
            await Until.True(
                () =>
                {
                    for (var i = 0; i < 20_000; i++) client.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<34>1 2026-11-22T10:00:00Z host su {i} - - {sent++}")));
                    return transport.Progress.Snapshot().Notes.ContainsKey("datagrams that the kernel dropped");
                },
                "the kernel drops some");
        }

        // After the end nothing is on its way any more.
        var counts = run.Transport.Progress.Snapshot();
        Assert.True(counts.Notes["datagrams that the kernel dropped"] > 0);
        Assert.True(counts.Dropped >= counts.Notes["datagrams that the kernel dropped"]);
        Assert.Equal(sink.Records.Count, counts.Accepted);
        Assert.Equal(counts.Read, counts.Accepted + counts.Duplicates + counts.Rejected.Values.Sum() + counts.Dropped);
        // Only what was in the small buffer when it was closed is neither.
        Assert.InRange(sent - counts.Read, 0, 100);
        Assert.Contains(said, s => s.Contains("the kernel dropped", StringComparison.Ordinal) && s.Contains("net.core.rmem_max", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(" 1234: 0100007F:158A 00000000:0000 07 00000000:00001A00 00:00000000 00000000     0        0 98765 2 0000000000000000 417", 417, 0x1A00)]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops", null, 0)]
    [InlineData(" 1234: 0100007F:158A 00000000:0000 07 00000000:00001A00 00:00000000 00000000     0        0 11111 2 0000000000000000 417", null, 0)]
    [InlineData("98765", null, 0)]
    public void The_kernels_table_is_read_by_the_sockets_own_number(string line, int? dropped, int waiting) =>
        Assert.Equal(dropped is null ? null : ((long)dropped, (long)waiting), KernelQueue.Of(line, "98765"));
}
