using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Xml;
using System.Xml.Linq;
using Waterguard.Platforms.Azure;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>A blob as a listing tells it.</summary>
internal sealed record BlobItem(string Container, string Name, string Tag, long Length)
{
    /// <summary>What people call it, and the partition of its position.</summary>
    public string Path => $"{Container}/{Name}";
}

/// <summary>One level of a listing: what is below, and the blobs on it.</summary>
internal sealed record BlobLevel(IReadOnlyList<string> Prefixes, IReadOnlyList<BlobItem> Blobs);

/// <summary>The part of the Blob service's REST API that lists and reads. Thread-safe.</summary>
internal sealed class BlobStore : IDisposable
{
    private const string Version = "2021-12-02";
    private readonly CloudCalls _calls;
    private readonly BlobSettings _settings;
    private readonly TimeProvider _time;
    private readonly string _credential;
    private readonly Secret? _secret;

    public BlobStore(BlobSettings settings, SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        (_settings, _time, _credential) = (settings, surroundings.Time, values.Text("credential")!);
        _secret = _credential switch { "sas" => values.Secret("sas"), "shared-key" => values.Secret("shared_key"), _ => null };
        var tokens = _secret is null ? AzureKeys.Tokens(values, new Uri("https://storage.azure.com/"), surroundings) : null;
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(settings.Endpoint), tokens, surroundings.Time, surroundings.Network), progress, surroundings.Time);
    }

    /// <summary>Names of the containers that begin so.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync(string prefix, CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var page in PagesAsync("", $"comp=list&prefix={Uri.EscapeDataString(prefix)}", cancel)) names.AddRange(page.Descendants("Container").Select(c => c.Element("Name")?.Value ?? ""));
        return names;
    }

    /// <summary>One level below a prefix.</summary>
    public async Task<BlobLevel> LevelAsync(string container, string prefix, CancellationToken cancel)
    {
        var (prefixes, blobs) = (new List<string>(), new List<BlobItem>());
        await foreach (var page in PagesAsync(container, $"restype=container&comp=list&delimiter=%2F&prefix={Uri.EscapeDataString(prefix)}", cancel))
        {
            prefixes.AddRange(page.Descendants("BlobPrefix").Select(p => p.Element("Name")?.Value ?? ""));
            blobs.AddRange(page.Descendants("Blob").Select(b => Item(container, b)).OfType<BlobItem>());
        }

        return new BlobLevel(prefixes, blobs);
    }

    /// <summary>All blobs below a prefix.</summary>
    public async IAsyncEnumerable<BlobItem> BlobsAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var page in PagesAsync(container, $"restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}", cancel))
        {
            foreach (var blob in page.Descendants("Blob").Select(b => Item(container, b)).OfType<BlobItem>()) yield return blob;
        }
    }

    /// <summary>A piece of a blob, as it was under a tag. Null: it has changed since, or is gone.</summary>
    public async Task<byte[]?> ReadAsync(BlobItem blob, long from, int length, CancellationToken cancel)
    {
        try
        {
            var answer = await _calls.SendAsync(
                () =>
                {
                    var request = Request(Address(blob.Path, ""));
                    request.Headers.Range = new RangeHeaderValue(from, from + length - 1);
                    request.Headers.TryAddWithoutValidation("If-Match", blob.Tag);
                    return Signed(request);
                },
                cancel, length);
            return answer.Body;
        }
        catch (ApiRefusedException e) when (e.Status is 412 or 404 or 409 or 416)
        {
            return null;
        }
    }

    public void Dispose() => _calls.Dispose();

    private async IAsyncEnumerable<XElement> PagesAsync(string path, string query, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (string? marker = ""; marker is not null;)
        {
            var address = Address(path, query + (marker.Length > 0 ? "&marker=" + Uri.EscapeDataString(marker) : ""));
            var answer = await _calls.SendAsync(() => Signed(Request(address)), cancel);
            var page = Parse(answer.Body);
            yield return page;
            marker = page.Element("NextMarker")?.Value is { Length: > 0 } next && next != marker ? next : null;
        }
    }

    private static XElement Parse(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = CloudCalls.MostBytes });
            return XElement.Load(reader);
        }
        catch (XmlException e)
        {
            throw new InvalidDataException("a listing is no XML: " + e.Message, e);
        }
    }

    private static BlobItem? Item(string container, XElement blob)
    {
        var properties = blob.Element("Properties");
        return blob.Element("Name")?.Value is { Length: > 0 } name && properties?.Element("Etag")?.Value is { } tag && long.TryParse(properties.Element("Content-Length")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? new BlobItem(container, name, tag.StartsWith('"') ? tag : $"\"{tag}\"", length) : null;
    }

    // Names hold '=' and '/', and whatever somebody calls a resource.
    private Uri Address(string path, string query)
    {
        var address = _settings.Endpoint.AbsoluteUri + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        if (_credential == "sas") query += (query.Length > 0 ? "&" : "") + Secret().TrimStart('?');
        return new Uri(query.Length > 0 ? $"{address}?{query}" : address);
    }

    private static HttpRequestMessage Request(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("x-ms-version", Version);
        return request;
    }

    private HttpRequestMessage Signed(HttpRequestMessage request)
    {
        try
        {
            if (_credential == "shared-key") SharedKey.Sign(request, _settings.Account, Secret(), _time.GetUtcNow());
        }
        catch (FormatException e)
        {
            throw new CredentialException("the account's key is not Base64", e);
        }

        return request;
    }

    private string Secret() => _secret!.Read(out var problem) ?? throw new CredentialException($"the account's {(_credential == "sas" ? "signature" : "key")} is missing: {problem}");
}
