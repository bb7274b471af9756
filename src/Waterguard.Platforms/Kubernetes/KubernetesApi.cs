using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Kubernetes;

/// <summary>The part of the Kubernetes API that responses need. Only the cluster's own server is asked. Each change says who makes it (<c>fieldManager</c>), can be tried without being made (<c>dryRun=All</c>), and is made to the
/// object that was looked at or not at all. Thread-safe.</summary>
public sealed class KubernetesApi : IDisposable
{
    /// <summary>How we are called among those who change fields.</summary>
    public const string Manager = "waterguard";

    private const int MostAnswer = 64 << 20;
    private const int MostItems = 20_000;
    private const int PageSize = 500;
    private const int MostAttempts = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Uri _server;
    private readonly TimeProvider _time;
    private readonly SocketsHttpHandler _handler;
    private readonly ApiClient _client;

    /// <summary>A client; it connects when first asked.</summary>
    /// <exception cref="FormatException">The address or a certificate makes no sense.</exception>
    public KubernetesApi(KubernetesCluster cluster, TimeProvider time)
    {
        _server = new Uri(cluster.Server.AbsoluteUri.TrimEnd('/') + "/");
        if (_server.Scheme != Uri.UriSchemeHttps && !_server.IsLoopback) throw new FormatException($"the API server {_server} is not asked in clear text: its address must begin with https://");
        (_time, _handler) = (time, cluster.Handler());
        _client = new ApiClient(AllowedHosts.Of(_server), cluster.Tokens, time, _handler);
    }

    /// <summary>An object; null: there is none.</summary>
    /// <exception cref="ApiRefusedException">The server refuses.</exception>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<KubernetesObject?> GetAsync(string path, CancellationToken cancel)
    {
        try
        {
            return KubernetesObject.Read(await SendAsync(HttpMethod.Get, path, null, null, cancel));
        }
        catch (ApiRefusedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>All objects of a path, page by page.</summary>
    /// <param name="query">Selectors, already escaped, without a question mark; empty: all.</param>
    /// <param name="onlyMetadata">Only their metadata is sent: of Secrets nothing else is wanted.</param>
    /// <exception cref="ApiRefusedException">The server refuses.</exception>
    /// <exception cref="IOException">There are more than can be looked at.</exception>
    public async Task<IReadOnlyList<KubernetesObject>> ListAsync(string path, string query, bool onlyMetadata, CancellationToken cancel)
    {
        var all = new List<KubernetesObject>();
        for (var next = ""; ;)
        {
            var page = KubernetesObject.Read(await SendAsync(HttpMethod.Get, $"{path}?limit={PageSize}{(query.Length > 0 ? "&" + query : "")}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : "")}", null, null, cancel, onlyMetadata));
            all.AddRange(page.All("items"));
            if (all.Count > MostItems) throw new IOException($"there are more than {MostItems} objects at {path}: all of them must be seen to judge what is hit");
            next = page.Text("metadata", "continue");
            if (next.Length == 0) return all;
        }
    }

    /// <summary>What is at a path as it is, such as logs.</summary>
    /// <exception cref="ApiRefusedException">The server refuses.</exception>
    public Task<byte[]> ReadAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, null, cancel);

    /// <summary>Makes an object.</summary>
    /// <exception cref="ApiRefusedException">The server refuses; 409: there is one of this name.</exception>
    public async Task<KubernetesObject> CreateAsync(string path, JsonObject json, bool dryRun, CancellationToken cancel) =>
        KubernetesObject.Read(await SendAsync(HttpMethod.Post, $"{path}?{Marks(dryRun)}", json, "application/json", cancel));

    /// <summary>Changes an object: looks at it, and merges what is made of that look. Where somebody else has changed it in between, all of it is done again.</summary>
    /// <param name="change">What to merge (null takes a member away); null: nothing is to change.</param>
    /// <returns>The object as it is now; null: there is none.</returns>
    /// <exception cref="ApiRefusedException">The server refuses.</exception>
    public async Task<KubernetesObject?> ChangeAsync(string path, Func<KubernetesObject, JsonObject?> change, bool dryRun, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await GetAsync(path, cancel) is not { } now) return null;
            if (change(now) is not { } patch) return now;
            if (patch["metadata"] is not JsonObject metadata) patch["metadata"] = metadata = [];
            metadata["resourceVersion"] = now.Version;
            try
            {
                return KubernetesObject.Read(await SendAsync(HttpMethod.Patch, $"{path}?{Marks(dryRun)}", patch, "application/merge-patch+json", cancel));
            }
            catch (ApiRefusedException e) when (e.Status == 409 && attempt < MostAttempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), _time, cancel);
            }
        }
    }

    /// <summary>Makes an object, or makes one of its name as it is given: a server-side apply. What another manager of its fields has set otherwise is not written over.</summary>
    /// <exception cref="ApiRefusedException">The server refuses; 409: somebody else has set a field.</exception>
    public async Task<KubernetesObject> ApplyAsync(string path, JsonObject json, bool dryRun, CancellationToken cancel) =>
        KubernetesObject.Read(await SendAsync(HttpMethod.Patch, $"{path}?{Marks(dryRun)}", json, "application/apply-patch+yaml", cancel));

    /// <summary>Deletes the object that has this uid, and no other of the same name.</summary>
    /// <returns>False: it is gone already.</returns>
    /// <exception cref="ApiRefusedException">The server refuses; 409: another has the name by now.</exception>
    public async Task<bool> DeleteAsync(string path, string uid, bool dryRun, CancellationToken cancel)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["preconditions"] = new JsonObject { ["uid"] = uid }, ["propagationPolicy"] = "Background" };
        if (dryRun) options["dryRun"] = new JsonArray("All");
        try
        {
            await SendAsync(HttpMethod.Delete, path, options, "application/json", cancel);
            return true;
        }
        catch (ApiRefusedException e) when (e.Status == 404)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    private static string Marks(bool dryRun) => $"fieldManager={Manager}{(dryRun ? "&dryRun=All" : "")}";

    private async Task<byte[]> SendAsync(HttpMethod method, string path, JsonObject? body, string? type, CancellationToken cancel, bool onlyMetadata = false)
    {
        var json = body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString());
        using var late = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            return (await _client.SendAsync(() => Request(method, path, json, type, onlyMetadata), MostAnswer, either.Token)).Body;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"the API server {_server} did not answer within {Patience.TotalSeconds} s"), e);
        }
        catch (HttpRequestException e) when (e is not NotAllowedException)
        {
            throw new HttpRequestException($"the API server {_server} does not answer: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, byte[]? json, string? type, bool onlyMetadata)
    {
        var request = new HttpRequestMessage(method, new Uri(_server, path));
        request.Headers.Accept.ParseAdd(onlyMetadata ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" : "application/json, */*;q=0.1");
        if (json is null) return request;
        request.Content = new ByteArrayContent(json);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type!);
        return request;
    }
}
