using System.Globalization;
using Waterguard.Sources;
using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

public sealed class Office365Tests
{
    private const string Type = "Audit.Exchange";

    [Fact]
    public async Task Contents_are_listed_page_by_page_and_each_record_comes_once_under_all_faults()
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        var all = Fill(server, run.Time.GetUtcNow(), contents: 120, records: 20);
        server.FailAtRandom(4, new Random(7));
        await using var running = run.Start(Settings(server, run));
        await run.Time.Until(() => run.Sink.Records.Count >= all.Count && Caught(running), "all is read");

        Same(all, run);
        Assert.Contains(Type, server.Subscriptions);
        Assert.All(server.Requests.Where(r => r.Contains("/feed/", StringComparison.Ordinal)), r => Assert.Contains("PublisherIdentifier=", r, StringComparison.Ordinal));
        Assert.True(running.Transport.Progress.Snapshot().Throttled > 0);
    }

    [Fact]
    public async Task What_appears_late_or_again_under_another_name_is_read_once()
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        var now = run.Time.GetUtcNow();
        var all = Fill(server, now, contents: 10, records: 5);
        server.Add("late", Type, now.AddHours(-5), [Record("late-1", now.AddHours(-6))], listed: now.AddHours(2));
        server.Add("again", Type, now.AddMinutes(30), [Record("r-3-1", now.AddMinutes(-40 * 3)), Record("fresh", now.AddMinutes(20))]);
        await using (var running = run.Start(Settings(server, run)))
        {
            await run.Time.Until(() => run.Sink.Records.Count >= all.Count + 2, "late and new come", TimeSpan.FromMinutes(1));
        }

        var fetched = server.Requests.Count(r => r.Contains("/audit/", StringComparison.Ordinal));
        await using (var again = run.Start(Settings(server, run)))
        {
            await run.Time.Until(() => Caught(again) && again.Transport.Progress.Snapshot().LastSuccess is not null, "it is up to date again", TimeSpan.FromMinutes(1));
        }

        Same([.. all, "late-1", "fresh"], run);
        // What was fetched before the restart is not fetched again.
        Assert.Equal(fetched, server.Requests.Count(r => r.Contains("/audit/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_subscription_that_is_there_is_success_and_an_expired_token_is_renewed()
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        var all = Fill(server, run.Time.GetUtcNow(), contents: 3, records: 2);
        server.ListsNothing = true;
        await using (run.Start(Settings(server, run))) await run.Time.Until(() => run.Sink.Records.Count == all.Count, "all is read");
        server.Add("next", Type, run.Time.GetUtcNow(), [Record("next-1", run.Time.GetUtcNow())]);
        server.Token = "second-token";
        await using var running = run.Start(Settings(server, run));
        await run.Time.Until(() => running.Transport.Progress.Snapshot().Errors > 0, "the old token is refused");
        run.SetToken("second-token");
        await run.Time.Until(() => run.Sink.Records.Count == all.Count + 1, "it goes on");

        Same([.. all, "next-1"], run);
    }

    [Fact]
    public async Task An_expired_content_is_left_out_and_counted_and_a_hostile_next_page_gets_no_token()
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        var all = Fill(server, run.Time.GetUtcNow(), contents: 3, records: 2);
        server.Expire("c-1");
        await using (var running = run.Start(Settings(server, run)))
        {
            await run.Time.Until(() => Caught(running) && run.Sink.Records.Count == all.Count - 2, "the others are read");
            Assert.Equal(1, running.Transport.Progress.Snapshot().Notes["contents that had expired"]);
        }

        server.Fail("/subscriptions/content", 200, "[]", ("NextPageUri", "https://evil.example/next"));
        await using var next = run.Start(Settings(server, run));
        await run.Time.Until(() => next.Transport.Progress.Snapshot().LastError?.Contains("evil.example", StringComparison.Ordinal) == true, "it is refused");
    }

    [Fact]
    public async Task A_long_absence_is_told_and_read_as_far_back_as_it_goes()
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        await using (var running = run.Start(Settings(server, run))) await run.Time.Until(() => Caught(running), "it is up to date");
        run.Time.Advance(TimeSpan.FromDays(9));
        server.Add("old", Type, run.Time.GetUtcNow().AddDays(-6), [Record("old-1", run.Time.GetUtcNow().AddDays(-6))]);
        await using var later = run.Start(Settings(server, run));
        await run.Time.Until(() => run.Sink.Records.Count == 1, "what is still there is read");

        Assert.Contains(run.Said, s => s.Contains("is lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, "AF10001", "The permission set () sent in the request did not include the expected permission ActivityFeed.Read.", "ActivityFeed.Read (application), then Grant admin consent")]
    [InlineData(400, "AF20012", "The specified tenant ID (x) is incorrectly configured.", "manage-gcc.office.com")]
    [InlineData(401, "", "Authorization has been denied for this request.", "did an administrator consent")]
    public async Task A_check_says_what_to_do(int status, string code, string message, string advice)
    {
        using var run = new CloudRun();
        await using var server = await OfficeServer.StartAsync(run.Time);
        for (var i = 0; i < 2; i++) server.Fail("/subscriptions/list", status, $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}"}}""");
        var findings = await run.Transport(Settings(server, run)).CheckAsync(Probe(), TestContext.Current.CancellationToken);

        Assert.True(findings[0].Missing);
        Assert.Contains(advice, findings[0].Text, StringComparison.Ordinal);
    }

    public static InputProbe Probe(string? source = null) => new(Waterguard.Pipeline.GenerationLoader.Load(Waterguard.Pipeline.ContentOptions.Default).Sources, source);

    private static string Settings(OfficeServer server, CloudRun run) => $"transport: o365, tenant: {OfficeServer.Tenant}, endpoint: '{server.Address}', content: {Type}, late: 1d, {run.Credential}";

    private static bool Caught(RunningTransport running) => running.Transport.Progress.Snapshot() is { Lag.Ticks: > 0, Lag.TotalMinutes: < 3 };

    private static List<string> Fill(OfficeServer server, DateTimeOffset now, int contents, int records)
    {
        var ids = new List<string>();
        for (var c = 0; c < contents; c++)
        {
            var made = now.AddMinutes(-40 * c / Math.Max(1, contents / 20.0));
            var mine = Enumerable.Range(0, records).Select(r => $"r-{c}-{r}").ToArray();
            ids.AddRange(mine);
            server.Add($"c-{c}", Type, made, mine.Select(id => Record(id, made)));
        }

        return ids;
    }

    private static string Record(string id, DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"CreationTime":"{{time:yyyy-MM-ddTHH:mm:ss}}","Id":"{{id}}","Operation":"Set-Mailbox","RecordType":1,"Workload":"Exchange","UserId":"ines@harbour.example"}""");

    private static void Same(IEnumerable<string> ids, CloudRun run) =>
        Assert.Equal(ids.Order(StringComparer.Ordinal), run.Sink.Records.Select(r => System.Text.Json.JsonDocument.Parse(r).RootElement.GetProperty("Id").GetString()!).Order(StringComparer.Ordinal));
}
