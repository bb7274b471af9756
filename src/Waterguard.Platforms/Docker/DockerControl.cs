using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Waterguard.Platforms.Docker;

/// <summary>The part of the Docker Engine API that changes containers, and what one takes from them as evidence. Asking for what is so already is no error. Thread-safe.</summary>
public sealed class DockerControl : IDisposable
{
    private const int MostAnswer = 16 << 20;
    private readonly HttpClient _client;
    private readonly DockerEngine _engine;

    /// <summary>A client; it connects when first asked.</summary>
    /// <exception cref="FormatException">The address makes no sense.</exception>
    public DockerControl(DockerAddress address)
    {
        _client = DockerEngine.ClientOf(address);
        _engine = new DockerEngine(address);
    }

    /// <summary>What only tells.</summary>
    public DockerEngine Engine => _engine;

    /// <summary>Stops its processes where they stand.</summary>
    public Task PauseAsync(string container, CancellationToken cancel) => PostAsync($"containers/{Name(container)}/pause", null, cancel);

    /// <summary>Lets them go on.</summary>
    public Task UnpauseAsync(string container, CancellationToken cancel) => PostAsync($"containers/{Name(container)}/unpause", null, cancel);

    /// <summary>Stops it; after some seconds by force.</summary>
    public Task StopAsync(string container, int seconds, CancellationToken cancel) => PostAsync($"containers/{Name(container)}/stop?t={seconds}", null, cancel);

    /// <summary>Starts it again.</summary>
    public Task StartAsync(string container, CancellationToken cancel) => PostAsync($"containers/{Name(container)}/start", null, cancel);

    /// <summary>Gives it another name.</summary>
    public Task RenameAsync(string container, string name, CancellationToken cancel) => PostAsync($"containers/{Name(container)}/rename?name={Name(name)}", null, cancel);

    /// <summary>Changes a service of the Swarm that the engine manages.</summary>
    /// <param name="version">The one that was read; where it is not the last any more the manager refuses.</param>
    /// <param name="spec">All of what is wanted, as JSON.</param>
    public Task UpdateServiceAsync(string service, long version, byte[] spec, CancellationToken cancel) =>
        PostAsync(string.Create(CultureInfo.InvariantCulture, $"services/{Name(service)}/update?version={version}"), spec, cancel);

    /// <summary>Takes it off a network.</summary>
    public Task DisconnectAsync(string network, string container, CancellationToken cancel) =>
        PostAsync($"networks/{Name(network)}/disconnect", JsonSerializer.SerializeToUtf8Bytes(new { Container = container, Force = true }), cancel);

    /// <summary>Puts it on a network.</summary>
    /// <param name="settings">The endpoint's settings, as inspect gave them; null: the network's own choice.</param>
    public Task ConnectAsync(string network, string container, JsonElement? settings, CancellationToken cancel) =>
        PostAsync($"networks/{Name(network)}/connect", JsonSerializer.SerializeToUtf8Bytes(new { Container = container, EndpointConfig = settings }), cancel);

    /// <summary>The names of the volumes whose name contains a text.</summary>
    /// <exception cref="HttpRequestException">The engine does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<string>> VolumesAsync(string text, CancellationToken cancel)
    {
        var filter = JsonSerializer.Serialize(new { name = new[] { text } });
        using var list = JsonDocument.Parse(await GetAsync("volumes?filters=" + Uri.EscapeDataString(filter), cancel) ?? "{}"u8.ToArray());
        return list.RootElement.TryGetProperty("Volumes", out var volumes) && volumes.ValueKind == JsonValueKind.Array ? [.. volumes.EnumerateArray().Select(v => v.GetProperty("Name").GetString()!)] : [];
    }

    /// <summary>Makes an empty volume.</summary>
    public Task MakeVolumeAsync(string name, CancellationToken cancel) => PostAsync("volumes/create", JsonSerializer.SerializeToUtf8Bytes(new { Name = name }), cancel);

    /// <summary>Removes a volume that nothing uses; one that is not there is no error.</summary>
    public async Task RemoveVolumeAsync(string name, CancellationToken cancel)
    {
        using var response = await _client.DeleteAsync(new Uri($"volumes/{Name(name)}", UriKind.Relative), cancel);
        if (response.StatusCode == HttpStatusCode.NotFound) return;
        await ThrowAsync(response, cancel);
    }

    /// <summary>A thing of the engine as JSON, such as <c>containers/ID/changes</c>; null: there is none.</summary>
    /// <exception cref="HttpRequestException">The engine does not answer, or refuses.</exception>
    public async Task<byte[]?> GetAsync(string path, CancellationToken cancel)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), cancel);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        await ThrowAsync(response, cancel);
        return await response.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>A stream of the engine, such as a file system or logs; the caller disposes of it.</summary>
    /// <exception cref="HttpRequestException">The engine does not answer, or refuses.</exception>
    public async Task<Stream> ReadAsync(string path, CancellationToken cancel)
    {
        var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancel);
        await ThrowAsync(response, cancel);
        return await response.Content.ReadAsStreamAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _engine.Dispose();
    }

    private async Task PostAsync(string path, byte[]? json, CancellationToken cancel)
    {
        using var content = json is null ? null : new ByteArrayContent(json);
        content?.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancel);
        if (response.StatusCode == HttpStatusCode.NotModified) return; // it is so already
        await ThrowAsync(response, cancel);
    }

    private static async Task ThrowAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode) return;
        await response.Content.LoadIntoBufferAsync(MostAnswer, cancel);
        var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancel));
        throw new HttpRequestException($"the engine answers {(int)response.StatusCode}: {Message(body)}", null, response.StatusCode);
    }

    private static string Message(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message) ? message.ToString() : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }

    private static string Name(string name) => Uri.EscapeDataString(name);
}
