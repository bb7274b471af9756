using System.Diagnostics;
using System.Globalization;
using Waterguard.Tests.Sources.Transports.Cloud;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service is killed while it reads clouds, again and again: in the end each record is in the journal once.</summary>
public sealed class CloudKillTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
    private static readonly int Records = IsLong ? 100_000 : 10_000;
    private static readonly int Kills = IsLong ? 10 : 3;

    [Fact]
    public Task Killed_while_it_reads_growing_blobs_nothing_is_lost_or_doubled() => RunAsync("azure-blobs (Azurite)", async round =>
    {
        using var account = await Azurite.StartAsync();
        var key = Secret(round, Azurite.Key);
        await account.MakeContainerAsync("insights-logs-a");
        round.Configure($"  - {{name: in, transport: azure-blobs, source: json, account: {Azurite.Account}, endpoint: '{account.Address}', credential: shared-key, shared_key: '{key}', every: 1s, discover: 1s}}\n");
        var writing = WriteAsync(account, round);
        await round.KillAndRestartAsync();
        await writing;
        await round.FinishAsync();
    });

    [Fact]
    public Task Killed_while_it_reads_office_365_nothing_is_lost_or_doubled() => RunAsync("o365 (server of the tests, with faults)", async round =>
    {
        await using var server = await OfficeServer.StartAsync(TimeProvider.System);
        server.FailAtRandom(40, round.Random);
        round.Configure($"  - {{name: in, transport: o365, source: json, tenant: {OfficeServer.Tenant}, endpoint: '{server.Address}', content: Audit.General, every: 1s, credential: token, token: '{Secret(round, server.Token)}'}}\n");
        var (number, content) = (0, 0);
        var writing = Task.Run(async () =>
        {
            while (number < round.Records)
            {
                await round.Room(number);
                var now = TimeProvider.System.GetUtcNow();
                var records = new List<string>();
                for (var i = round.Random.Next(1, 200); i > 0 && number < round.Records; i--) records.Add(Office(round, number++, now));
                server.Add($"c{content++}", "Audit.General", now.AddMinutes(-round.Random.Next(0, 9)), records);
                // Now and then the same again under another name.
                if (content % 10 == 0) server.Add($"c{content++}", "Audit.General", now, records);
            }
        });
        await round.KillAndRestartAsync();
        await writing;
        await round.FinishAsync([.. server.Bodies()]);
    });

    [Fact]
    public Task Killed_while_it_pulls_a_subscription_nothing_is_lost_or_doubled() => RunAsync("pubsub (server of the tests, with faults)", async round =>
    {
        await using var server = await PubSubServer.StartAsync(TimeProvider.System, round.Random);
        server.Deadline = 2;
        server.FailAtRandom(40, new Random(4));
        round.Configure($"  - {{name: in, transport: pubsub, source: json, subscription: {PubSubServer.Name}, endpoint: '{server.Address}', credential: token, token: '{Secret(round, server.Token)}'}}\n");
        var writing = Task.Run(async () =>
        {
            for (var number = 0; number < round.Records; number++)
            {
                await round.Room(number);
                server.Publish(string.Create(CultureInfo.InvariantCulture, $"{number}"), round.Record(number));
            }
        });
        await round.KillAndRestartAsync();
        await writing;
        await Until.True(() => server.Waiting == 0, "all is acknowledged", 300);
        await round.FinishAsync();
    });

    private static string Office(KillRound round, int number, DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{round.Record(number)[..^1]},\"Id\":\"{number}\",\"CreationTime\":\"{time:yyyy-MM-ddTHH:mm:ss}\"}}");

    private static string Secret(KillRound round, string value)
    {
        var path = Path.Combine(round.Folder, "secret");
        File.WriteAllText(path, value);
        return "file:" + path;
    }

    // An append blob with cut lines, and a block blob whose end is written anew, at the same time.
    private static async Task WriteAsync(Azurite account, KillRound round)
    {
        var hour = TimeProvider.System.GetUtcNow();
        var (lines, list) = ($"insights-logs-a/{AzureBlobTests.Path(hour)}", $"insights-logs-a/{AzureBlobTests.Path(hour.AddHours(-1))}");
        var blocks = new List<string> { "{\"records\":[" };
        for (var number = 0; number < round.Records;)
        {
            await round.Room(number);
            var some = new List<string>();
            for (var i = round.Random.Next(1, 400); i > 0 && number < round.Records; i--) some.Add(round.Record(number++));
            if (round.Random.Next(2) == 0)
            {
                var text = string.Join('\n', some) + "\n";
                var cut = round.Random.Next(1, text.Length);
                await account.AppendAsync(lines, text[..cut]);
                await account.AppendAsync(lines, text[cut..]);
                continue;
            }

            var before = blocks.Count;
            blocks.Add((before > 1 ? "," : "") + string.Join(',', some));
            await account.WriteBlocksAsync(list, blocks, before == 1 ? 0 : before);
        }
    }

    private static async Task RunAsync(string what, Func<KillRound, Task> run)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        var watch = Stopwatch.StartNew();
        using var folder = Repository.Folder();
        using var round = new KillRound(folder.Path, Records, Kills, new Random(11));
        await run(round);
        var summary = string.Create(CultureInfo.InvariantCulture, $"kill -9, {what}: {Records} records, killed {Kills} times, when {string.Join('+', round.KilledAt)} were in the journal; each record and each alert there once; {watch.Elapsed.TotalSeconds:F0} s");
        TestContext.Current.SendDiagnosticMessage(summary);
        if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is not { Length: > 0 } evidence) return;
        Directory.CreateDirectory(evidence);
        await File.AppendAllTextAsync(Path.Combine(evidence, "details.txt"), $"- {summary}\n");
    }
}
