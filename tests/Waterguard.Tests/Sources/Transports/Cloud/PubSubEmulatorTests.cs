using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Sources.Transports.PubSub;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>Google's own emulator of Pub/Sub, where it is installed.</summary>
public sealed class PubSubEmulatorTests
{
    private static readonly string[] Expected = [.. Enumerable.Range(0, 500).Select(i => $"{{\"insertId\":\"{i}\"}}")];

    [Fact]
    public async Task Messages_of_the_emulator_are_taken_once_and_acknowledged()
    {
        await using var emulator = await PubSubEmulator.StartAsync();
        await emulator.SubscribeAsync("");
        await emulator.PublishAsync(Expected);
        var sink = new MemorySink();
        var settings = $"transport: pubsub, subscription: projects/harbour/subscriptions/waterguard, endpoint: '{emulator.Address}', credential: none";
        await using (var run = new RunningTransport(MemorySink.Transport(settings, out _), sink))
        {
            await Until.True(() => sink.Records.Count == Expected.Length, "all are taken");
            Assert.Equal(0, run.Transport.Progress.Snapshot().Errors);
        }

        Assert.Equal(Expected.Order(StringComparer.Ordinal), sink.Records.Order(StringComparer.Ordinal));
        var findings = await MemorySink.Transport(settings, out _).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(findings, f => f.Missing);
    }

    [Fact]
    public async Task What_the_emulator_pushes_is_taken_once_and_comes_again_until_it_is()
    {
        await using var emulator = await PubSubEmulator.StartAsync();
        var (sink, statuses) = (new MemorySink { Answer = Waterguard.Sources.Transports.Delivery.Full }, new ConcurrentQueue<int>());
        await using var run = new RunningTransport(MemorySink.Transport("transport: pubsub-push, subscription: projects/harbour/subscriptions/waterguard, key: env:PATH", out _), sink);
        await using var app = await ProxyAsync((PubSubPushTransport)run.Transport, statuses);
        await emulator.SubscribeAsync($$""","pushConfig":{"pushEndpoint":"{{app.Address()}}push"}""");
        await emulator.PublishAsync(Expected);
        await Until.True(() => statuses.Contains(429), "it is told to come again");
        Assert.Empty(sink.Records);
        sink.Answer = Waterguard.Sources.Transports.Delivery.Accepted;
        await Until.True(() => sink.Records.Count == Expected.Length, "all are taken", 120);

        Assert.Equal(Expected.Order(StringComparer.Ordinal), sink.Records.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(statuses, s => s is 400 or 401 or 403);
    }

    // The emulator shows no token: this stands between, as a proxy that adds the key.
    private static Task<WebApplication> ProxyAsync(PubSubPushTransport push, ConcurrentQueue<int> statuses) => LoopbackServer.StartAsync(app => app.MapPost("/push", async (HttpContext context) =>
    {
        var answer = await push.ReceiveAsync(new PushRequest(context.Request.Body, null, Environment.GetEnvironmentVariable("PATH"), "127.0.0.1"), context.RequestAborted);
        statuses.Enqueue(answer.Status);
        return Results.StatusCode(answer.Status);
    }));
}
