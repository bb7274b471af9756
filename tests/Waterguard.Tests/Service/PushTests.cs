using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Waterguard.Tests.Sources.Transports.Cloud;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>What Pub/Sub pushes to the service, over HTTP.</summary>
public sealed class PushTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task What_is_pushed_wrongly_is_refused_with_the_reason_and_what_is_right_is_in_the_journal_once()
    {
        using var folder = Repository.Folder();
        await using var keys = await KeysServer.StartAsync();
        using var service = await StartAsync(folder, keys.Settings(", source: json, max_body: 4KiB"));
        using var client = new HttpClient();
        var token = keys.Sign(Now);
        async Task<(int, string)> Push(byte[] body, string? shown, string path = "in", string? encoding = null, (string, string)[]? headers = null)
        {
            var (status, text) = await PushAsync(client, service, body, shown, path, encoding, headers);
            return ((int)status, text);
        }

        async Task Refused(int status, string words, byte[] body, string? shown, string path = "in", string? encoding = null, (string, string)[]? headers = null)
        {
            var (answered, text) = await Push(body, shown, path, encoding, headers);
            Assert.Equal(status, answered);
            Assert.Contains(words, text, StringComparison.Ordinal);
        }

        var good = KeysServer.Envelope("1", "{\"a\":1}");
        await Refused(401, "no signed token", good, null);
        await Refused(401, "another audience", good, keys.Sign(Now, c => c["aud"] = "https://other.example"));
        await Refused(401, "expired", good, keys.Sign(Now.AddDays(-1)));
        await Refused(401, "the signature is false", good, token[..^8] + (token.EndsWith("AAAAAAAA", StringComparison.Ordinal) ? "BBBBBBBB" : "AAAAAAAA"));
        await Refused(403, PubSubServer.Name, KeysServer.Envelope("1", "{}", "projects/harbour/subscriptions/other"), token);
        await Refused(403, PubSubServer.Name, "{}"u8.ToArray(), token, headers: [("x-goog-pubsub-message-id", "1"), ("x-goog-pubsub-subscription-name", "projects/harbour/subscriptions/other")]);
        await Refused(400, "not Base64", KeysServer.Envelope("1", "", base64: "%%%"), token);
        await Refused(400, "no envelope", "{\"a\":1}"u8.ToArray(), token);
        await Refused(400, "is no JSON", "{\"message\":"u8.ToArray(), token);
        await Refused(400, "no id", KeysServer.Envelope("", "{}"), token);
        await Refused(400, "text that is none", """{"message":{"messageId":"\ud800","data":""},"subscription":"s"}"""u8.ToArray(), token);
        await Refused(413, "More than 4096", KeysServer.Envelope("1", new string(' ', 4000)), token);
        await Refused(413, "More than 4096", Gzip(KeysServer.Envelope("1", new string(' ', 40_000))), token, encoding: "gzip");
        await Refused(400, "cannot be decompressed", good, token, encoding: "gzip");
        await Refused(415, "Only gzip", good, token, encoding: "br");
        await Refused(404, "No input of that name", good, token, "other");

        Assert.Equal(202, (await Push(good, token)).Item1);
        Assert.Equal((202, true), (await Push(good, token) is var (again, text) ? again : 0, text.Contains("\"repeat\":true", StringComparison.Ordinal)));
        Assert.Equal(202, (await Push(Gzip(KeysServer.Envelope("2", "{\"a\":2}")), token, encoding: "gzip")).Item1);
        Assert.Equal(202, (await Push("{\"a\":3}"u8.ToArray(), token, headers: [("x-goog-pubsub-message-id", "3"), ("x-goog-pubsub-subscription-name", PubSubServer.Name)])).Item1);
        Assert.Equal(0, await service.StopAsync());
        Assert.Equal(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"], JournalContents.Records(Path.Combine(folder.Path, "data")));
        Assert.DoesNotContain(service.Log, l => l.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_token_setting_the_input_wants_a_key_and_gives_way_to_a_full_journal()
    {
        using var folder = Repository.Folder();
        using var service = await StartAsync(folder, $"transport: pubsub-push, subscription: {PubSubServer.Name}, source: json, key: env:PATH", "journal: {size: 1MiB}\n");
        using var client = new HttpClient();
        var key = Environment.GetEnvironmentVariable("PATH")!;
        var noise = new byte[3_000_000];
        new Random(3).NextBytes(noise);

        Assert.Equal(HttpStatusCode.Unauthorized, (await PushAsync(client, service, KeysServer.Envelope("1", "{}"), "wrong")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(client, service, KeysServer.Envelope("1", "{}"), key)).Status);
        var (status, text) = await PushAsync(client, service, KeysServer.Envelope("2", $"{{\"noise\":\"{Convert.ToBase64String(noise)}\"}}"), key);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("as large as it may be", text, StringComparison.Ordinal);
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task Killed_while_messages_are_pushed_nothing_acknowledged_is_lost_and_nothing_is_doubled()
    {
        const int Messages = 600;
        using var folder = Repository.Folder();
        await using var keys = await KeysServer.StartAsync();
        using var client = new HttpClient();
        var waiting = new HashSet<int>(Enumerable.Range(0, Messages));
        for (var kills = 0; waiting.Count > 0; kills++)
        {
            using var service = await StartAsync(folder, keys.Settings(", source: json"));
            var token = keys.Sign(Now);
            var acknowledged = 0;
            var pushing = Task.WhenAll(waiting.ToArray().Chunk(Math.Max(1, waiting.Count / 8)).Select(some => Task.Run(async () =>
            {
                foreach (var number in some)
                {
                    try
                    {
                        if ((await PushAsync(client, service, KeysServer.Envelope($"m{number}", $"{{\"n\":{number.ToString(CultureInfo.InvariantCulture)}}}"), token)).Status != HttpStatusCode.Accepted) continue;
                    }
                    catch (HttpRequestException)
                    {
                        return;
                    }

                    Interlocked.Increment(ref acknowledged);
                    // Acknowledgements get lost as well.
                    if (number % 7 == 3 && kills == 0) continue;
                    lock (waiting) waiting.Remove(number);
                }
            })));
            if (kills < 2)
            {
                await Until.True(() => Volatile.Read(ref acknowledged) > 100, "some are acknowledged");
                await service.KillAsync();
                await pushing;
                continue;
            }

            await pushing;
            Assert.Equal(0, await service.StopAsync());
        }

        Assert.Equal(Enumerable.Range(0, Messages), JournalContents.Records(Path.Combine(folder.Path, "data")).Select(r => int.Parse(r[5..^1], CultureInfo.InvariantCulture)).Order());
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder folder, string settings, string more = "") =>
        ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\n{more}http: {{listen: '127.0.0.1:0'}}\ninputs:\n  - {{name: in, {settings}}}\n"));

    private static async Task<(HttpStatusCode Status, string Text)> PushAsync(HttpClient client, ServiceProcess service, byte[] body, string? shown, string path = "in", string? encoding = null, (string Name, string Value)[]? headers = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/pubsub/" + path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (shown is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + shown);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        foreach (var (name, value) in headers ?? []) request.Headers.Add(name, value);
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
