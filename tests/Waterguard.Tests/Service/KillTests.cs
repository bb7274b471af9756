using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Storage;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service is killed while it takes records in, again and again: in the end each is in the journal once, and each alert in the store once.</summary>
public sealed class KillTests(PostgresServer server)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
    private static readonly int Rounds = IsLong ? 10 : 1;
    private static readonly int Records = IsLong ? 100_000 : 20_000;

    [Fact]
    public Task Killed_while_it_follows_files_nothing_is_lost_or_doubled() => RunAsync("tail", async round =>
    {
        var logs = Directory.CreateDirectory(Path.Combine(round.Folder, "logs")).FullName;
        round.Configure($"  - {{name: in, transport: tail, path: '{logs}/app.log*', source: json}}\n");
        var writing = WriteAndRotateAsync(Path.Combine(logs, "app.log"), round);
        await round.KillAndRestartAsync();
        await writing;
        await round.FinishAsync();
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Killed_five_times_a_store_of_either_kind_has_every_alert_once_in_its_incident(bool isPostgres) => RunAsync(isPostgres ? "store in PostgreSQL" : "store in SQLite", async round =>
    {
        var logs = Directory.CreateDirectory(Path.Combine(round.Folder, "logs")).FullName;
        round.Configure($"  - {{name: in, transport: tail, path: '{logs}/app.log*', source: json}}\n");
        var writing = WriteAndRotateAsync(Path.Combine(logs, "app.log"), round);
        await round.KillAndRestartAsync();
        await writing;
        await round.FinishAsync();
    }, IsLong ? 20 : 5, () => isPostgres ? server.NewDatabase() : null);

    [Fact]
    public Task Killed_while_senders_post_and_post_again_nothing_is_lost_or_doubled() => RunAsync("http", async round =>
    {
        round.Configure("  - {name: in, transport: http, anonymous: true, source: json}\nhttp: {listen: '127.0.0.1:0'}\n");
        var posting = PostAsync(round);
        await round.KillAndRestartAsync();
        await posting;
        await round.FinishAsync();
    });

    [Fact]
    public Task Killed_while_it_reads_an_engine_nothing_is_lost_or_doubled() => RunAsync("docker (engine server of the tests)", async round =>
    {
        await using var engine = await EngineServer.StartAsync(Path.Combine(round.Folder, "docker.sock"));
        round.Configure($"  - {{name: in, transport: docker, host: 'unix://{engine.Socket}', inventory: false}}\n");
        round.UseRule("{s: {Action: create, Type: container}, condition: s}", "{product: docker}");
        round.Prepare = async () =>
        {
            // The engine tells what happens from the first connection on.
            await Until.True(() => engine.Connections > 0, "the engine is asked");
            return engine.Tell(round);
        };
        await round.KillAndRestartAsync();
        await round.Writing!;
        await round.FinishAsync(engine.Expected);
    });

    private static async Task RunAsync(string what, Func<KillRound, Task> run, int kills = 2, Func<string?>? postgres = null)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        var watch = Stopwatch.StartNew();
        var killedAt = new List<string>();
        for (var number = 0; number < Rounds; number++)
        {
            using var folder = Repository.Folder();
            using var round = new KillRound(folder.Path, Records, kills, new Random(number + 1)) { Postgres = postgres?.Invoke() };
            await run(round);
            killedAt.Add(string.Join('+', round.KilledAt));
        }

        var summary = string.Create(CultureInfo.InvariantCulture, $"kill -9, {what}: {Rounds} rounds of {Records} records, killed when {string.Join(", ", killedAt)} were in the journal; each record and each alert there once; {watch.Elapsed.TotalSeconds:F0} s");
        TestContext.Current.SendDiagnosticMessage(summary);
        if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is not { Length: > 0 } evidence) return;
        Directory.CreateDirectory(evidence);
        await File.AppendAllTextAsync(Path.Combine(evidence, "details.txt"), $"- {summary}\n");
    }

    // Appends in pieces that cut lines and characters, and rotates now and then by renaming.
    private static async Task WriteAndRotateAsync(string path, KillRound round)
    {
        var file = File.Open(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var rotations = 0;
        for (var number = 0; number < round.Records;)
        {
            await round.Room(number);
            var text = new StringBuilder();
            for (var i = round.Random.Next(1, 400); i > 0 && number < round.Records; i--) text.Append(round.Record(number++)).Append('\n');
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            var cut = round.Random.Next(bytes.Length + 1);
            file.Write(bytes.AsSpan(0, cut));
            file.Flush();
            file.Write(bytes.AsSpan(cut));
            file.Flush();
            if (round.Random.Next(20) != 0 || rotations >= 8) continue;
            await file.DisposeAsync();
            File.Move(path, string.Create(CultureInfo.InvariantCulture, $"{path}.{++rotations}"));
            file = File.Open(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }

        await file.DisposeAsync();
    }

    private static async Task PostAsync(KillRound round)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        for (var number = 0; number < round.Records;)
        {
            await round.Room(number);
            var text = new StringBuilder();
            var first = number;
            for (var i = 0; i < 50 && number < round.Records; i++) text.Append(round.Record(number++)).Append('\n');
            await Until.True(async () => await PostedAsync(client, round, text.ToString(), first), "a batch is taken");
        }
    }

    // Half of the senders name their batches, the others send the same bytes again.
    private static async Task<bool> PostedAsync(HttpClient client, KillRound round, string body, int number)
    {
        if (round.Address is not { } address) return false;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "api/v1/ingest/json")) { Content = new StringContent(body, Encoding.UTF8, "application/x-ndjson") };
        if (number % 100 == 0) request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"batch-{number}"));
        try
        {
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode == 202;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }
}
