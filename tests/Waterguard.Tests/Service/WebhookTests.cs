using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>What senders post to the service.</summary>
public sealed class WebhookTests
{
    [Theory]
    [InlineData("attack")]
    [InlineData("benign")]
    public async Task The_batches_of_an_api_server_give_the_alerts_that_they_give_as_files(string part)
    {
        var batches = Batches(Repository.Corpus("kubernetes-v1.36", part, "webhook-batches.tar.gz"));
        using var folder = Repository.Folder();
        using var service = await StartAsync(folder, "key: env:PATH");
        using var client = new HttpClient();
        var expected = Tool.Run("scan", WriteAll(folder, batches), "-o", "json").Lines.Select(l => JsonDocument.Parse(l).RootElement)
            .ToLookup(a => a.GetProperty("rule").GetProperty("kind").GetString()!, a => a.GetProperty("id").GetString()!, StringComparer.Ordinal);

        foreach (var batch in batches) Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, service, batch, Environment.GetEnvironmentVariable("PATH")!)).Status);
        // A retry is taken, and changes nothing.
        var (status, answer) = await PostAsync(client, service, batches[0], Environment.GetEnvironmentVariable("PATH")!);
        Assert.Equal((HttpStatusCode.Accepted, true), (status, answer.GetProperty("repeat").GetBoolean()));

        Assert.Equal(0, await service.StopAsync());
        var stored = JournalContents.AlertIds(Path.Combine(folder.Path, "data"));
        Assert.Equal(expected["rule"].Order(StringComparer.Ordinal), stored.Except(expected["correlation"]).Order(StringComparer.Ordinal));
        // The last minute has not been correlated yet: others might still come for it.
        Assert.InRange(stored.Intersect(expected["correlation"]).Count(), expected["correlation"].Count() / 2, expected["correlation"].Count());
        Assert.Equal(stored.Length, service.Alerts.Select(a => JsonDocument.Parse(a).RootElement.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_cannot_be_taken_is_refused_with_the_reason()
    {
        using var folder = Repository.Folder();
        using var service = await StartAsync(folder, "key: env:PATH, max_body: 2KiB");
        using var client = new HttpClient();
        var key = Environment.GetEnvironmentVariable("PATH")!;
        var good = "{\"kind\":\"Event\"}"u8.ToArray();

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, service, good, "wrong")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, service, [], key)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, service, "{\"kind\":"u8.ToArray(), key)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, service, good, key, encoding: "gzip")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(client, service, new byte[4000], key)).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(client, service, Gzip(new byte[100_000]), key, encoding: "gzip")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(client, service, good, key, encoding: "br")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(client, service, good, key, type: "application/xml")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(client, service, good, key, source: "docker.events")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, service, Gzip(good), key, encoding: "gzip")).Status);
        Assert.Equal("ready\n", await client.GetStringAsync(new Uri(service.Address, "readyz"), TestContext.Current.CancellationToken));
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri(service.Address, "healthz"), TestContext.Current.CancellationToken));
        Assert.Equal(0, await service.StopAsync());
        Assert.DoesNotContain(service.Log, l => l.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_tls_posts_are_taken_and_a_full_journal_says_when_to_come_again()
    {
        using var folder = Repository.Folder();
        using var key = RSA.Create(2048);
        using var certificate = LoopbackServer.Certificate(key);
        var (cert, secret) = (folder.Write("cert.pem", certificate.ExportCertificatePem()), folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()));
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml",
            $"data: '{folder.Path}/data'\njournal: {{size: 1MiB}}\nhttp: {{listen: '127.0.0.1:0', certificate: '{cert}', certificate_key: 'file:{secret}'}}\ninputs:\n  - {{name: in, transport: http, source: kubernetes.audit, key: env:PATH, max_body: 8MiB}}\n"));
        Assert.Equal("https", service.Address.Scheme);
        var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trusted.CustomTrustStore.Add(certificate);
        using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trusted } };
        using var client = new HttpClient(handler);
        var noise = new byte[3_000_000];
        new Random(3).NextBytes(noise);
        var large = Encoding.UTF8.GetBytes($"{{\"kind\":\"Event\",\"noise\":\"{Convert.ToBase64String(noise)}\"}}");

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, service, "{\"kind\":\"Event\"}"u8.ToArray(), Environment.GetEnvironmentVariable("PATH")!)).Status);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/kubernetes.audit")) { Content = new ByteArrayContent(large) };
        request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
        request.Content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, await service.StopAsync());
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder folder, string settings) => ServiceProcess.StartAsync(folder.Write("w.yaml",
        $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ninputs:\n  - {{name: in, transport: http, source: kubernetes.audit, {settings}}}\n"));

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        HttpClient client, ServiceProcess service, byte[] body, string key, string? encoding = null, string type = "application/json", string source = "kubernetes.audit")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/" + source)) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        request.Content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(type);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(response.StatusCode == HttpStatusCode.Accepted ? "application/json" : "application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    private static List<byte[]> Batches(string archive)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        var batches = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            using var memory = new MemoryStream();
            entry.DataStream.CopyTo(memory);
            batches[entry.Name] = memory.ToArray();
        }

        return [.. batches.Values];
    }

    private static string WriteAll(TemporaryFolder folder, List<byte[]> batches)
    {
        for (var i = 0; i < batches.Count; i++) folder.Write($"batches/{i:0000}.json", batches[i]);
        return Path.Combine(folder.Path, "batches");
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
