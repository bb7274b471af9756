using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

public sealed class PubSubTests
{
    [Fact]
    public async Task Every_message_is_taken_once_however_often_it_comes()
    {
        using var run = new CloudRun();
        await using var server = await PubSubServer.StartAsync(run.Time, new Random(1));
        var expected = Enumerable.Range(0, 2000).Select(i => $"{{\"insertId\":\"{i}\"}}").ToArray();
        for (var i = 0; i < expected.Length; i++) server.Publish($"m{i}", expected[i]);
        server.Publish("lines", "{\"n\":1}\n{\"n\":2}\n");
        server.Publish("empty", "");
        server.FailAtRandom(5, new Random(2));
        await using var running = run.Start(Settings(server, run));
        await run.Time.Until(() => server.Waiting == 0, "all is acknowledged");

        Assert.Equal([.. expected.Concat(["{\"n\":1}", "{\"n\":2}"]).Order(StringComparer.Ordinal)], run.Sink.Records.Order(StringComparer.Ordinal));
        Assert.True(server.Redelivered > 0);
        Assert.True(running.Transport.Progress.Snapshot().Duplicates > 0);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_journal_has_it_and_the_deadline_is_moved_meanwhile()
    {
        using var run = new CloudRun();
        await using var server = await PubSubServer.StartAsync(run.Time, new Random(1));
        server.Publish("m", "{\"a\":1}");
        run.Sink.Answer = Delivery.Full;
        await using var running = run.Start(Settings(server, run));
        await run.Time.Until(() => server.Extended > 2, "the deadline is moved", TimeSpan.FromSeconds(5), 15);
        Assert.DoesNotContain(server.Requests, r => r.Contains(":acknowledge", StringComparison.Ordinal));
        run.Sink.Answer = Delivery.Accepted;
        await run.Time.Until(() => server.Waiting == 0, "it is acknowledged");

        Assert.Equal(["{\"a\":1}"], run.Sink.Records);
        Assert.Equal(0, server.Redelivered);
    }

    [Fact]
    public async Task A_check_says_what_is_missing()
    {
        using var run = new CloudRun();
        await using var server = await PubSubServer.StartAsync(run.Time, new Random(1));
        async Task<string> CheckAsync() => string.Join('\n', (await run.Transport(Settings(server, run)).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken)).Select(f => f.Text));

        Assert.Contains("may be pulled", await CheckAsync(), StringComparison.Ordinal);
        server.Fail(":testIamPermissions", 200, "{}");
        Assert.Contains("roles/pubsub.subscriber", await CheckAsync(), StringComparison.Ordinal);
        server.Fail(":testIamPermissions", 403, """{"error":{"code":403,"message":"Cloud Pub/Sub API has not been used in project 1 before or it is disabled.","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}""");
        Assert.Contains("gcloud services enable pubsub.googleapis.com", await CheckAsync(), StringComparison.Ordinal);
        server.Fail(":testIamPermissions", 404, """{"error":{"code":404,"message":"Resource not found (resource=waterguard).","status":"NOT_FOUND"}}""");
        Assert.Contains("gcloud pubsub subscriptions create", await CheckAsync(), StringComparison.Ordinal);
    }

    private static string Settings(PubSubServer server, CloudRun run) => $"transport: pubsub, subscription: {PubSubServer.Name}, endpoint: '{server.Address}', {run.Credential}";
}
