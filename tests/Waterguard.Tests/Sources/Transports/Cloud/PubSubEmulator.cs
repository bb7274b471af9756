using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>Google's own emulator of Pub/Sub in a process of its own, with a topic; the test is skipped where it is not installed.</summary>
internal sealed class PubSubEmulator : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;
    private readonly HttpClient _client;

    private PubSubEmulator(TemporaryFolder folder, Process process, Uri address) => (_folder, _process, Address, _client) = (folder, process, address, new HttpClient { BaseAddress = new Uri(address, "v1/projects/harbour/") });

    public Uri Address { get; }

    public static async Task<PubSubEmulator> StartAsync()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        var program = Environment.GetEnvironmentVariable("WATERGUARD_PUBSUB_EMULATOR");
        Assert.SkipWhen(program is null || !File.Exists(program), "the Pub/Sub emulator is not installed (Debian package google-cloud-cli-pubsub-emulator of packages.cloud.google.com, with Java; neither npm nor NuGet have it)");
        var (folder, port) = (Repository.Folder(), FreePort());
        var process = Process.Start(new ProcessStartInfo("java", ["-jar", program!, "--host=127.0.0.1", $"--port={port}", $"--data-dir={folder.Path}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var emulator = new PubSubEmulator(folder, process, new Uri($"http://127.0.0.1:{port}/"));
        await Until.True(() => emulator.DoneAsync(HttpMethod.Put, "topics/logs", "{}"), "the emulator answers", 90);
        return emulator;
    }

    public async Task SubscribeAsync(string settings) => Assert.True(await DoneAsync(HttpMethod.Put, "subscriptions/waterguard", $$"""{"topic":"projects/harbour/topics/logs","ackDeadlineSeconds":10{{settings}}}"""));

    public async Task PublishAsync(IEnumerable<string> messages)
    {
        foreach (var some in messages.Chunk(100)) Assert.True(await DoneAsync(HttpMethod.Post, "topics/logs:publish", $"{{\"messages\":[{string.Join(',', some.Select(m => $"{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(m))}\"}}"))}]}}"));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> DoneAsync(HttpMethod method, string path, string body)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            using var response = await _client.SendAsync(request);
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
