using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Waterguard.Platforms.Docker;

/// <summary>Where a Docker engine is.</summary>
/// <param name="Host"><c>unix:///run/docker.sock</c>, <c>tcp://HOST:PORT</c>, or <c>https://HOST:PORT</c> (TLS).</param>
/// <param name="ClientCertificate">PEM of certificate and key, for TLS; null: none.</param>
/// <param name="Authority">PEM of the authority that the engine's certificate must come from; null: the system's.</param>
public sealed record DockerAddress(string Host, (string Certificate, string Key)? ClientCertificate = null, string? Authority = null);

/// <summary>The Docker Engine API, as far as it only tells. Bytes stay as the engine wrote them: a 19-digit time must not go through a double. Thread-safe.</summary>
public sealed class DockerEngine : IDisposable
{
    private const int LongestLine = 8 * 1024 * 1024;
    private readonly HttpClient _client;

    /// <summary>A client; it connects when first asked.</summary>
    /// <exception cref="FormatException">The address makes no sense.</exception>
    public DockerEngine(DockerAddress address) => _client = ClientOf(address);

    /// <summary>The engine's own id, name and version; it is the same after a restart.</summary>
    public async Task<DockerInfo> InfoAsync(CancellationToken cancel)
    {
        using var info = JsonDocument.Parse(await GetAsync("info", cancel) ?? "{}"u8.ToArray());
        string Text(string name) => info.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return new DockerInfo(Text("ID"), Text("Name"), Text("ServerVersion"));
    }

    /// <summary>All events since a time (seconds and nanoseconds since the epoch, as <c>1795330581.933529858</c>), and then those that come, each as the engine's
    /// line. Ends when the engine closes the stream.</summary>
    public async IAsyncEnumerable<byte[]> EventsAsync(string? since, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await _client.GetAsync(new Uri("events" + (since is null ? "" : "?since=" + since), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, filled < LongestLine ? filled * 2 : throw new IOException("an event is larger than 8 MiB"));
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancel);
            if (read == 0) yield break;
            filled += read;
            var done = 0;
            for (int end; (end = buffer.AsSpan(done, filled - done).IndexOf((byte)'\n')) >= 0; done += end + 1)
            {
                if (buffer.AsSpan(done, end).Trim(" \r"u8).Length > 0) yield return buffer.AsSpan(done, end).Trim(" \r"u8).ToArray();
            }

            buffer.AsSpan(done, filled - done).CopyTo(buffer);
            filled -= done;
        }
    }

    /// <summary>What the engine knows of a container now; null when it is gone.</summary>
    public Task<byte[]?> InspectAsync(string container, CancellationToken cancel) => GetAsync($"containers/{Uri.EscapeDataString(container)}/json", cancel);

    /// <summary>Ids of the containers that run, or of all.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync(bool all, CancellationToken cancel)
    {
        using var list = JsonDocument.Parse(await ListAsync(all, cancel));
        return [.. list.RootElement.EnumerateArray().Select(c => c.GetProperty("Id").GetString()!)];
    }

    /// <summary>The engine's list of the containers that run, or of all, as it wrote it.</summary>
    public async Task<byte[]> ListAsync(bool all, CancellationToken cancel) => await GetAsync($"containers/json?all={(all ? "true" : "false")}", cancel) ?? "[]"u8.ToArray();

    /// <summary>One measurement of a container, at once; null when it is gone.</summary>
    public Task<byte[]?> StatsAsync(string container, CancellationToken cancel) => GetAsync($"containers/{Uri.EscapeDataString(container)}/stats?stream=false&one-shot=true", cancel);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<byte[]?> GetAsync(string path, CancellationToken cancel)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseContentRead, cancel);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict) return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>A client that speaks to an engine, however it is reached.</summary>
    internal static HttpClient ClientOf(DockerAddress address)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (address.Host.StartsWith("unix://", StringComparison.Ordinal))
        {
            var path = address.Host["unix://".Length..];
            handler.ConnectCallback = (_, cancel) => ConnectAsync(path, cancel);
            return new HttpClient(handler) { BaseAddress = new Uri("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
        }

        var tls = address.Host.StartsWith("https://", StringComparison.Ordinal);
        var plain = address.Host.StartsWith("tcp://", StringComparison.Ordinal);
        if (!tls && !plain) throw new FormatException($"'{address.Host}' is neither unix://PATH, tcp://HOST:PORT nor https://HOST:PORT");
        if (tls) SetTls(handler, address);
        return new HttpClient(handler) { BaseAddress = new Uri((tls ? address.Host : "http://" + address.Host["tcp://".Length..]) + "/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void SetTls(SocketsHttpHandler handler, DockerAddress address)
    {
        if (address.ClientCertificate is var (certificate, key))
        {
            using var pem = X509Certificate2.CreateFromPem(certificate, key);
            handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)];
        }

        if (address.Authority is null) return;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(address.Authority);
        handler.SslOptions.CertificateChainPolicy = policy;
    }
}

/// <summary>Which engine it is.</summary>
public sealed record DockerInfo(string Id, string Name, string Version);
