using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>Google's own emulator of Pub/Sub, where it is installed.</summary>
public sealed class PubSubEmulatorTests
{
    [Fact]
    public async Task Messages_of_the_emulator_are_taken_once_and_acknowledged()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        var program = Environment.GetEnvironmentVariable("WATERGUARD_PUBSUB_EMULATOR");
        Assert.SkipWhen(program is null || !File.Exists(program), "the Pub/Sub emulator is not installed (google-cloud-cli-pubsub-emulator)");
        using var folder = Repository.Folder();
        var port = FreePort();
        using var process = Process.Start(new ProcessStartInfo("java", ["-jar", program!, "--host=127.0.0.1", $"--port={port}", $"--data-dir={folder.Path}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/v1/projects/harbour/") };
            await Until.True(() => DoneAsync(client, HttpMethod.Put, "topics/logs", "{}"), "the emulator answers", 90);
            Assert.True(await DoneAsync(client, HttpMethod.Put, "subscriptions/waterguard", """{"topic":"projects/harbour/topics/logs","ackDeadlineSeconds":10}"""));
            var expected = Enumerable.Range(0, 500).Select(i => $"{{\"insertId\":\"{i}\"}}").ToArray();
            foreach (var some in expected.Chunk(100)) Assert.True(await DoneAsync(client, HttpMethod.Post, "topics/logs:publish", $"{{\"messages\":[{string.Join(',', some.Select(m => $"{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(m))}\"}}"))}]}}"));

            var sink = new MemorySink();
            var settings = $"transport: pubsub, subscription: projects/harbour/subscriptions/waterguard, endpoint: 'http://127.0.0.1:{port}', credential: none";
            await using (var run = new RunningTransport(MemorySink.Transport(settings, out _), sink))
            {
                await Until.True(() => sink.Records.Count == expected.Length, "all are taken");
                Assert.Equal(0, run.Transport.Progress.Snapshot().Errors);
            }

            Assert.Equal(expected.Order(StringComparer.Ordinal), sink.Records.Order(StringComparer.Ordinal));
            var findings = await MemorySink.Transport(settings, out _).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);
            Assert.DoesNotContain(findings, f => f.Missing);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> DoneAsync(HttpClient client, HttpMethod method, string path, string body)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            using var response = await client.SendAsync(request);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
