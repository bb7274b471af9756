using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Storage;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Who does not read, or sends a byte now and then, holds nobody else up and fills no memory.</summary>
public sealed partial class SlowClientTests
{
    private const int Large = 24 << 20;
    private const long MostGrowth = 200L << 20;

    [Fact]
    public async Task A_listener_that_never_reads_is_let_go_and_the_others_go_on()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Viewer);
        using var deaf = await ConnectAsync(host.Address);
        await SendAsync(deaf, $"GET /api/v1/events HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer {key}\r\n\r\n");
        await Until.True(() => host.Server.Parts.Events.Listeners == 1, "it listens");
        var large = new JsonObject { ["text"] = new string('x', 16 * 1024) };
        await Until.True(() =>
        {
            for (var i = 0; i < 500; i++) host.Server.Parts.Events.Tell("alert", large.DeepClone().AsObject());
            return Task.FromResult(host.Server.Parts.Events.Dropped == 1);
        }, "it is let go", everyMilliseconds: 100);
        Assert.Equal(0, host.Server.Parts.Events.Listeners);
        Assert.Equal(200, (int)(await host.SendAsync("GET", "incidents", key: key)).Response.StatusCode);
    }

    [Fact]
    public async Task Who_asks_for_a_large_answer_and_never_reads_it_is_cut_off_and_counted_and_others_are_served()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Viewer);
        StoreLarge(host);
        using var deaf = await ConnectAsync(host.Address);
        await SendAsync(deaf, $"GET /api/v1/alerts/large HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer {key}\r\n\r\n");
        await host.Time.Until(() => host.Server.Readers.LetGo == 1, "it is let go", SlowReaders.Within / 4);
        await Until.True(() => IsCutOff(deaf), "its connection is ended");
        // The same answer for who does read, however often the clock goes on meanwhile.
        var (response, alert) = await host.SendAsync("GET", "alerts/large", key: key);
        Assert.Equal((200, Large), ((int)response.StatusCode, alert!["events"]![0]!["raw"]!["text"]!.GetValue<string>().Length));
        Assert.Equal(1, host.Server.Readers.LetGo);
        Assert.Contains("its answer was not read", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Senders_of_a_byte_a_second_are_cut_off_and_readers_of_nothing_fill_no_memory()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service, and waits for it to lose its patience.");
        using var folder = Repository.Folder();
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', open_metrics: true, rate: 100000, burst: 100000}}\ninputs:\n  - {{name: in, transport: http, source: kubernetes.audit, key: env:PATH}}\n"));
        using var client = new HttpClient { BaseAddress = service.Address };
        var before = await MemoryAsync(client);
        var (slow, deaf) = (new List<Socket>(), new List<Socket>());
        try
        {
            var path = Environment.GetEnvironmentVariable("PATH");
            for (var i = 0; i < 20; i++)
            {
                slow.Add(await ConnectAsync(service.Address));
                await SendAsync(slow[^1], $"POST /api/v1/ingest/kubernetes.audit HTTP/1.1\r\nHost: {service.Address.Authority}\r\nAuthorization: Bearer {path}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{{");
                // As many answers as would be more than a gigabyte together, of which none is read.
                deaf.Add(await ConnectAsync(service.Address));
                var one = $"GET /api/v1/openapi.json HTTP/1.1\r\nHost: {service.Address.Authority}\r\n\r\n";
                try
                {
                    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                    await deaf[^1].SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(one, 2000))), patience.Token);
                }
                catch (OperationCanceledException)
                {
                    // It takes no more while its answers are not read: that is what should be.
                }
            }

            await Until.True(() => Task.FromResult(slow.TrueForAll(IsCutOff)), "senders of a byte a second are cut off", 60, everyMilliseconds: 1000);
            Assert.Equal("ready\n", await client.GetStringAsync("readyz", TestContext.Current.CancellationToken));
            Assert.InRange(await MemoryAsync(client) - before, long.MinValue, MostGrowth);
        }
        finally
        {
            foreach (var socket in slow.Concat(deaf)) socket.Dispose();
        }

        Assert.Equal(0, await service.StopAsync());
    }

    // More than the buffers of both ends of a connection hold.
    private static void StoreLarge(ApiHost host)
    {
        var json = new JsonObject { ["id"] = "large", ["title"] = "t", ["entities"] = new JsonObject(), ["events"] = new JsonArray(new JsonObject { ["source"] = "json", ["raw"] = new JsonObject { ["text"] = new string('x', Large) } }) };
        host.Store.Commit("test", host.Store.ConsumedOf("test") + 1, [new StoredAlert("large", host.Time.GetUtcNow(), 3, "r", Encoding.UTF8.GetBytes(json.ToJsonString()))], _ => { });
    }

    // Sending to one that is gone fails, at the latest at the second time.
    private static bool IsCutOff(Socket socket)
    {
        try
        {
            socket.Blocking = false;
            socket.Send([(byte)' '], SocketFlags.None, out var error);
            return error is not (SocketError.Success or SocketError.WouldBlock or SocketError.IOPending);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<long> MemoryAsync(HttpClient client)
    {
        var text = await client.GetStringAsync("metrics");
        return (long)double.Parse(MemoryPattern().Match(text).Groups["bytes"].Value, CultureInfo.InvariantCulture);
    }

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address.Host, address.Port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    [GeneratedRegex(@"^process_resident_memory(?:_bytes)?(?:\{[^}]*\})? (?<bytes>[0-9.e+]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MemoryPattern();
}
