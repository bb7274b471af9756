using System.Globalization;
using System.Text;
using Waterguard.Sources.Transports.AzureBlobs;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

public sealed class AzureBlobTests
{
    private const string Resource = "resourceId=/SUBSCRIPTIONS/0F5A/RESOURCEGROUPS/QUAY/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/PIER";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Append_blobs_and_block_blobs_are_read_as_they_grow_through_restarts()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var (sink, expected) = (new MemorySink(), new List<string>());
        await account.MakeContainerAsync("insights-logs-kube-audit");
        await account.MakeContainerAsync("insights-logs-flowlogflowevent");
        await account.MakeContainerAsync("other");
        await account.PutAsync("other/secret.json", "{\"not\":\"ours\"}");
        var (lines, flows) = ($"insights-logs-kube-audit/{Path(Now)}", $"insights-logs-flowlogflowevent/{Path(Now)}");
        var blocks = new List<string> { "{\"records\":[" };
        var random = new Random(5);
        for (var step = 0; step < 6; step++)
        {
            await using var run = new RunningTransport(MemorySink.Transport(Settings(account, secrets), out _), sink);
            for (var part = 0; part < 3; part++)
            {
                var text = new StringBuilder();
                for (var i = random.Next(1, 40); i > 0; i--) text.Append(Record(expected, "log")).Append(step % 2 == 0 ? "\n" : "\r\n");
                await account.AppendAsync(lines, text.ToString());
                var before = blocks.Count;
                blocks.Add((before > 1 ? "," : "") + string.Join(",\n", Enumerable.Range(0, random.Next(1, 40)).Select(_ => Record(expected, "flow"))));
                await account.WriteBlocksAsync(flows, blocks, before == 1 ? 0 : before);
            }

            await Until.True(() => sink.Records.Count >= expected.Count, $"{expected.Count} records are read");
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), sink.Records.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Half_a_record_waits_for_its_end_and_a_replaced_blob_is_read_anew()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var sink = new MemorySink();
        await account.MakeContainerAsync("insights-logs-a");
        var path = $"insights-logs-a/{Path(Now)}";
        await account.AppendAsync(path, "\uFEFF{\"id\":1,\"t\":\"a}]\\\"\"}\n{\"id\":2,\"t\":\"hal");
        await using var run = new RunningTransport(MemorySink.Transport(Settings(account, secrets), out var said), sink);
        await Until.True(() => sink.Records.Count == 1, "the whole one is read");
        await account.AppendAsync(path, "f\"}");
        await Until.True(() => sink.Records.Count == 2, "the other is read with its end");
        var other = $"insights-logs-a/{Path(Now.AddHours(-1))}";
        await account.PutAsync(other, "{ \"records\" : [ {\"id\":3}, {\"id\":4}\n]}");
        await Until.True(() => sink.Records.Count == 4, "a list with spaces is read");
        await account.PutAsync(other, "{\"records\":[{\"id\":30},{\"id\":40},{\"id\":50}]}");
        await Until.True(() => sink.Records.Count == 7, "the new one is read");

        Assert.Equal(["{\"id\":1,\"t\":\"a}]\\\"\"}", "{\"id\":2,\"t\":\"half\"}", "{\"id\":3}", "{\"id\":4}", "{\"id\":30}", "{\"id\":40}", "{\"id\":50}"], sink.Records);
        Assert.Equal(1, run.Transport.Progress.Snapshot().Notes["blobs that were replaced"]);
        Assert.Contains(said, s => s.Contains("was replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_list_of_records_is_counted_and_told_and_does_not_stop_the_others()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var sink = new MemorySink();
        await account.MakeContainerAsync("insights-logs-a");
        await account.PutAsync($"insights-logs-a/{Path(Now)}", "{\"id\":1}\nnot json at all\n{\"id\":2}");
        await account.PutAsync($"insights-logs-a/{Path(Now).Replace("PT1H", "PT2H", StringComparison.Ordinal)}", "{\"id\":\"" + new string('x', 20_000_000) + "\"}");
        await account.PutAsync($"insights-logs-a/{Path(Now.AddHours(-1))}", "{\"records\":[{\"id\":3}]}");
        await using var run = new RunningTransport(MemorySink.Transport(Settings(account, secrets) + ", max_record: 1MiB", out _), sink);
        await Until.True(() => sink.Records.Count == 2 && run.Transport.Progress.Snapshot().Rejected.Count == 2, "the others are read");

        var counts = run.Transport.Progress.Snapshot();
        Assert.Equal(["{\"id\":1}", "{\"id\":3}"], sink.Records.Order(StringComparer.Ordinal));
        Assert.Equal(1, counts.Rejected["not records of JSON"]);
        Assert.Equal(1, counts.Rejected["a record is larger than 'max_record'"]);
        Assert.Equal(counts.Read, counts.Accepted + counts.Duplicates + counts.Rejected.Values.Sum() + counts.Dropped);
    }

    [Fact]
    public async Task Old_hours_are_not_listed_for_ever_and_their_positions_are_forgotten()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var sink = new MemorySink();
        await account.MakeContainerAsync("insights-logs-a");
        var (old, late) = (Now.AddDays(-3), Now.AddHours(-2));
        await account.PutAsync($"insights-logs-a/{Path(old)}", "{\"id\":\"old\"}");
        await using (new RunningTransport(MemorySink.Transport(Settings(account, secrets) + ", start: 5d, late: 3h", out _), sink))
        {
            await Until.True(() => sink.Records.Count == 1 && sink.Partitions.Contains("hours"), "the old one is read");
            await account.AppendAsync($"insights-logs-a/{Path(late)}", "{\"id\":\"late\"}\n");
            await Until.True(() => sink.Records.Count == 2, "a late hour is followed");
        }

        Assert.Equal(["hours", $"insights-logs-a/{Path(late)}"], sink.Partitions);
    }

    [Fact]
    public async Task A_check_says_what_is_there_and_what_is_wrong()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        async Task<string> CheckAsync(string settings) => string.Join('\n', (await MemorySink.Transport(settings, out _).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken)).Select(f => $"{(f.Missing ? "MISSING" : "ok")} {f.Text}"));

        Assert.Contains("MISSING devstoreaccount1: there is no container insights-logs-* yet. Monitor > Diagnostic settings", await CheckAsync(Settings(account, secrets)), StringComparison.Ordinal);
        await account.MakeContainerAsync("insights-logs-kube-audit");
        Assert.Contains("has no folder of hours", await CheckAsync(Settings(account, secrets)), StringComparison.Ordinal);
        await account.AppendAsync($"insights-logs-kube-audit/{Path(Now)}", File.ReadLines(Repository.PathOf("content", "sources", "azure.flowlogs.yml")).SkipWhile(l => !l.StartsWith("sample:", StringComparison.Ordinal)).ElementAt(1).Trim() + "\n");
        var ready = await CheckAsync(Settings(account, secrets));
        Assert.Contains("1 of the first records are azure.flowlogs", ready, StringComparison.Ordinal);
        Assert.DoesNotContain("MISSING", ready, StringComparison.Ordinal);
        secrets.Write("key", Convert.ToBase64String(new byte[64]));
        Assert.Contains("MISSING devstoreaccount1", await CheckAsync(Settings(account, secrets, write: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_cut_of_a_growing_list_gives_the_same_records()
    {
        var text = "\uFEFF { \"records\" :\n[ {\"a\":\"}]\\\\\"}\r\n,{\"b\":[{},[1]]} , {\"ü\":{\"c\":null}}]}"u8.ToArray();
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                var (done, shape, records) = (0, BlobShape.Unknown, new List<string>());
                foreach (var end in new[] { first, second, text.Length })
                {
                    var found = new List<(int Start, int Length)>();
                    var result = GrowingRecords.Read(text.AsSpan(done, end - done), shape, found);
                    Assert.NotNull(result);
                    records.AddRange(found.Select(f => Encoding.UTF8.GetString(text, done + f.Start, f.Length)));
                    (done, shape) = (done + result.Value.Done, result.Value.Shape);
                }

                Assert.Equal(["{\"a\":\"}]\\\\\"}", "{\"b\":[{},[1]]}", "{\"ü\":{\"c\":null}}"], records);
            }
        }
    }

    public static string Path(DateTimeOffset hour) => $"{Resource}/{BlobHours.Folder(hour)}m=00/PT1H.json";

    private static string Settings(Azurite account, TemporaryFolder secrets, bool write = true)
    {
        if (write) secrets.Write("key", Azurite.Key);
        return $"transport: azure-blobs, account: {Azurite.Account}, endpoint: '{account.Address}', credential: shared-key, shared_key: 'file:{secrets.Path}/key', every: 1s, discover: 1s";
    }

    private static string Record(List<string> expected, string kind)
    {
        var record = string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{expected.Count},\"kind\":\"{kind}\",\"t\":\"größer ]}} \\\"{new string('x', expected.Count % 50)}\"}}");
        expected.Add(record);
        return record;
    }
}
