using System.Globalization;
using System.Net;
using System.Text;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service on a disk that is full, and on one that nobody may write.</summary>
public sealed class SmallDiskTests
{
    private static readonly string Rule = "title: Tide\nid: 6f1c2a3b-0000-4000-8000-00000000d15c\nstatus: test\nlogsource: {product: any}\ndetection: {selection: {tide: high}, condition: selection}\nlevel: high\n"
        + "---\ntitle: Tides\nid: 6f1c2a3b-0000-4000-8000-00000000d15d\nstatus: test\ncorrelation: {type: event_count, rules: [6f1c2a3b-0000-4000-8000-00000000d15c], group-by: [tide], timespan: 1h, condition: {gte: 100000}, generate: true}\nlevel: low\n";

    [Fact]
    public async Task On_a_full_disk_senders_are_told_to_come_again_nothing_acknowledged_is_lost_and_it_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Make("80m");
        using var folder = Repository.Folder();
        // Journal, store and evidence keep each record, and each log of changes too: what waits takes several times its room to be judged.
        var ballast = disk.Fill(70_000_000);
        using var client = new HttpClient();
        var (random, acknowledged, number) = (new Random(9), new List<int>(), 0);
        using (var service = await ServiceProcess.StartAsync(Configuration(folder, disk)))
        {
            async Task<HttpStatusCode> PostAsync()
            {
                var noise = new byte[150_000];
                random.NextBytes(noise);
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"n\":{number.ToString(CultureInfo.InvariantCulture)},\"tide\":\"high\",\"noise\":\"{Convert.ToBase64String(noise)}\"}}"));
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/json")) { Content = content };
                request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
                using var answer = await client.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.Accepted) acknowledged.Add(number);
                else Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, "it says when to come again");
                number++;
                return answer.StatusCode;
            }

            async Task<string> ReadyAsync()
            {
                using var answer = await client.GetAsync(new Uri(service.Address, "readyz"));
                return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}".Trim();
            }

            HttpStatusCode status;
            while ((status = await PostAsync()) == HttpStatusCode.Accepted) Assert.True(number < 1000, "the disk is not full yet");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Matches("^503 (the journal is DiskFull|the store cannot be written: the disk is full|evidence cannot be written: .*)$", await ReadyAsync());
            for (var i = 0; i < 5; i++) await PostAsync();
            Assert.Equal("ok\n", await client.GetStringAsync(new Uri(service.Address, "healthz"), TestContext.Current.CancellationToken));

            // There is room again. Nobody posts any more, as a balancer would have it that asks whether we are ready.
            File.Delete(ballast);
            await Until.True(async () => await ReadyAsync() == "200 ready", "it is ready again");
            for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Accepted, await PostAsync());
            await Until.True(() => service.Alerts.Count >= acknowledged.Count || service.HasEnded, "all are judged");
            Assert.False(service.HasEnded, string.Join('\n', service.Log));
            Assert.Equal(0, await service.StopAsync());
        }

        Assert.Equal(acknowledged, JournalContents.Records(Data(disk)).Select(r => int.Parse(r[5..r.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture)));
        Assert.Equal(acknowledged.Count, JournalContents.AlertIds(Data(disk)).Length);
    }

    [Fact]
    public async Task On_a_disk_that_is_read_only_the_service_says_so_and_does_not_start_and_nothing_changes()
    {
        using var disk = SmallDisk.Make("12m");
        using var folder = Repository.Folder();
        var configuration = Configuration(folder, disk);
        using (var service = await ServiceProcess.StartAsync(configuration))
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/json")) { Content = new StringContent("{\"n\":1,\"tide\":\"high\"}") };
            request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal(0, await service.StopAsync());
        }

        disk.SetReadOnly(true);
        var refused = Tool.Run("serve", "--config", configuration);
        Assert.Equal(2, refused.Code);
        Assert.Contains("Read-only file system", refused.Error, StringComparison.Ordinal);
        // What was received can still be looked at.
        Assert.Contains("json", Tool.Run("sources", "coverage", "live", "--config", configuration).Output, StringComparison.Ordinal);
        disk.SetReadOnly(false);
        using (var service = await ServiceProcess.StartAsync(configuration)) Assert.Equal(0, await service.StopAsync());
        Assert.Single(JournalContents.Records(Data(disk)));
        Assert.Single(JournalContents.AlertIds(Data(disk)));
    }

    private static string Data(SmallDisk disk) => Path.Combine(disk.Path, "data");

    private static string Configuration(TemporaryFolder folder, SmallDisk disk) => folder.Write("w.yaml",
        $"data: '{Data(disk)}'\nhttp: {{listen: '127.0.0.1:0'}}\ncontent: {{builtin: false, rules: '{folder.Write("rule.yml", Rule)}'}}\ninputs:\n  - {{name: in, transport: http, source: json, key: env:PATH}}\n");
}
