using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Waterguard.Platforms.Azure;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>A storage account: a real Azurite in a process of its own; the test is skipped where there is none.</summary>
internal sealed class Azurite : IDisposable
{
    public const string Account = "devstoreaccount1";

    // Azurite's own, which everybody knows.
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private readonly HttpClient _client = new();

    private Azurite(Process process, TemporaryFolder folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    public static async Task<Azurite> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("WATERGUARD_AZURITE");
        Assert.SkipWhen(program is null || !File.Exists(program), "azurite is not installed (./test does it where npm can)");
        var folder = Repository.Folder();
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { program!, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder.Path, "--skipApiVersionCheck", "--disableTelemetry" }) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            const string Before = "listens on ";
            if (line.IndexOf(Before, StringComparison.Ordinal) is var at && at < 0) continue;
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            return new Azurite(process, folder, new Uri($"{line[(at + Before.Length)..].Trim().TrimEnd('/')}/{Account}/"));
        }

        throw new InvalidOperationException("azurite did not start: " + await process.StandardError.ReadToEndAsync(deadline.Token));
    }

    public Task MakeContainerAsync(string name) => SendAsync(HttpMethod.Put, name, "restype=container", null);

    /// <summary>Appends to an append blob, which is made when it is not there.</summary>
    public async Task AppendAsync(string path, string text)
    {
        if (await StatusAsync(HttpMethod.Head, path) == 404) await SendAsync(HttpMethod.Put, path, "", [], ("x-ms-blob-type", "AppendBlob"));
        await SendAsync(HttpMethod.Put, path, "comp=appendblock", Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes a block blob as flow logs are written: the blocks that were there, and new ones before the closing one.</summary>
    public async Task WriteBlocksAsync(string path, IReadOnlyList<string> blocks, int from)
    {
        for (var i = from; i < blocks.Count; i++) await SendAsync(HttpMethod.Put, path, $"comp=block&blockid={Uri.EscapeDataString(Id(i))}", Encoding.UTF8.GetBytes(blocks[i]));
        await SendAsync(HttpMethod.Put, path, "comp=block&blockid=" + Uri.EscapeDataString(Id(999_999)), "]}"u8.ToArray());
        var list = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        for (var i = 0; i < blocks.Count; i++) list.Append(CultureInfo.InvariantCulture, $"<Latest>{Id(i)}</Latest>");
        await SendAsync(HttpMethod.Put, path, "comp=blocklist", Encoding.UTF8.GetBytes(list.Append(CultureInfo.InvariantCulture, $"<Latest>{Id(999_999)}</Latest></BlockList>").ToString()));
    }

    public Task PutAsync(string path, string text) => SendAsync(HttpMethod.Put, path, "", Encoding.UTF8.GetBytes(text), ("x-ms-blob-type", "BlockBlob"));

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static string Id(int number) => Convert.ToBase64String(Encoding.ASCII.GetBytes(number.ToString("000000", CultureInfo.InvariantCulture)));

    private async Task<int> StatusAsync(HttpMethod method, string path)
    {
        using var request = Request(method, path, "", null);
        using var response = await _client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task SendAsync(HttpMethod method, string path, string query, byte[]? body, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path, query, body, headers);
        using var response = await _client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string query, byte[]? body, params (string Name, string Value)[] headers)
    {
        var address = Address.AbsoluteUri + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + (query.Length > 0 ? "?" + query : "");
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("x-ms-version", "2021-12-02");
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentLength = body.Length;
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        Sign(request, body?.Length ?? 0);
        return request;
    }

    // With a body there is more to sign than our reading signs.
    private static void Sign(HttpRequestMessage request, int length)
    {
        if (length == 0 && request.Content is null)
        {
            SharedKey.Sign(request, Account, Key, TimeProvider.System.GetUtcNow());
            return;
        }

        request.Headers.Add("x-ms-date", TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        var text = new StringBuilder($"{request.Method}\n\n\n{(length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "")}\n\n{request.Content!.Headers.ContentType}\n\n\n\n\n\n\n");
        foreach (var header in request.Headers.Where(h => h.Key.StartsWith("x-ms-", StringComparison.Ordinal)).OrderBy(h => h.Key, StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{header.Key}:{header.Value.First()}\n");
        text.Append('/').Append(Account).Append(request.RequestUri!.AbsolutePath);
        foreach (var part in request.RequestUri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
        {
            text.Append('\n').Append(part[..part.IndexOf('=', StringComparison.Ordinal)]).Append(':').Append(Uri.UnescapeDataString(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        }

        var signature = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(text.ToString())));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {Account}:{signature}");
    }
}
