using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Waterguard.Api.Routing;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>An answer that the buffers hold whole, so that the server is done with it, and nobody takes: the connection is ended all the same.</summary>
public sealed class UntakenAnswersTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_connection_whose_answer_nobody_takes_is_ended_and_one_that_is_read_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The bound is Linux's.");
        var answer = new byte[256 * 1024];
        var answered = 0;
        await using var app = await LoopbackServer.StartAsync(
            a => a.Run(async context =>
            {
                await context.Response.Body.WriteAsync(answer);
                Interlocked.Increment(ref answered);
            }),
            sockets: s => s.CreateBoundListenSocket = at => UntakenAnswers.Listen(at, s_short));
        using var deaf = await AskAsync(app.Address(), "/");
        using var reader = await AskAsync(app.Address(), "/");
        await ReadAsync(reader, answer.Length);
        await Until.True(() => Volatile.Read(ref answered) == 2, "the server is done with both");
        Assert.True(IsKnown(deaf));
        await Until.True(() => !IsKnown(deaf), "the connection of who takes nothing is ended", 30);
        Assert.True(IsKnown(reader));
    }

    [Fact]
    public async Task The_services_own_connections_are_so_bounded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The bound is Linux's.");
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It takes as long as an answer may stand there.");
        await using var host = await ApiHost.StartAsync();
        using var deaf = await AskAsync(host.Address, "/api/v1/openapi.json");
        await Until.True(() => IsKnown(deaf), "it is connected");
        // Sooner than the server would end it for being idle, which is after 2 minutes.
        await Until.True(() => !IsKnown(deaf), "it is ended", (int)UntakenAnswers.Within.TotalSeconds + 30);
        Assert.Equal(0, host.Server.Readers.LetGo);
    }

    private static async Task<Socket> AskAsync(Uri address, string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        return socket;
    }

    private static async Task ReadAsync(Socket socket, int bytes)
    {
        var into = new byte[64 * 1024];
        for (var read = 0; read < bytes;) read += await socket.ReceiveAsync(into);
    }

    // Whether the system still has the server's end of a connection.
    private static bool IsKnown(Socket client)
    {
        var (ours, theirs) = (Port(client.LocalEndPoint), Port(client.RemoteEndPoint));
        return File.ReadLines("/proc/net/tcp").Any(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, var remote, ..] && local.EndsWith(theirs, StringComparison.Ordinal) && remote.EndsWith(ours, StringComparison.Ordinal));
    }

    private static string Port(EndPoint? end) => ":" + ((IPEndPoint)end!).Port.ToString("X4", CultureInfo.InvariantCulture);
}
