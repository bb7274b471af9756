using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Google;

/// <summary>The part of Google's Compute Engine API that knows of firewall rules. Thread-safe.</summary>
/// <param name="client">Asks the API, with a token for it.</param>
/// <param name="endpoint">Its address, such as <c>https://compute.googleapis.com/</c>.</param>
/// <param name="network">Whose traffic is denied: <c>projects/PROJECT/global/networks/NAME</c>.</param>
/// <param name="patience">How long an operation may take.</param>
public sealed partial class GoogleFirewall(ApiClient client, Uri endpoint, string network, TimeProvider time, TimeSpan patience) : IDisposable
{
    /// <summary>The address of the API in the public cloud.</summary>
    public static readonly Uri Public = new("https://compute.googleapis.com/");

    private const int MostAnswer = 16 << 20;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <summary>The network.</summary>
    public string Network => network;

    private string Project => network.Split('/')[1];

    /// <summary>Whether a text names a network.</summary>
    public static bool IsNetwork(string text) => Form().IsMatch(text);

    /// <summary>A firewall rule; null: there is none.</summary>
    /// <exception cref="ApiRefusedException">The API refuses.</exception>
    public Task<JsonDocument?> FindAsync(string rule, CancellationToken cancel) => GetAsync($"projects/{Project}/global/firewalls/{rule}", cancel);

    /// <summary>The network as it is; null: there is none.</summary>
    public Task<JsonDocument?> NetworkAsync(CancellationToken cancel) => GetAsync(network, cancel);

    /// <summary>Writes a firewall rule, and waits until it is written.</summary>
    /// <exception cref="ApiRefusedException">The API refuses; 409: there is one.</exception>
    /// <exception cref="ActionFailedException">It did not come about.</exception>
    public Task InsertAsync(string json, CancellationToken cancel) => ChangeAsync(HttpMethod.Post, $"projects/{Project}/global/firewalls", json, cancel);

    /// <summary>Deletes one, and waits until it is gone. One that is gone already is no error.</summary>
    public async Task DeleteAsync(string rule, CancellationToken cancel)
    {
        try
        {
            await ChangeAsync(HttpMethod.Delete, $"projects/{Project}/global/firewalls/{rule}", null, cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 404)
        {
            // As it should be.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<JsonDocument?> GetAsync(string path, CancellationToken cancel)
    {
        try
        {
            return JsonDocument.Parse((await client.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(path)), MostAnswer, cancel)).Body);
        }
        catch (ApiRefusedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private async Task ChangeAsync(HttpMethod method, string path, string? json, CancellationToken cancel)
    {
        var answer = await client.SendAsync(() => new HttpRequestMessage(method, Address(path)) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") }, MostAnswer, cancel);
        var operation = JsonDocument.Parse(answer.Body);
        var name = operation.RootElement.GetProperty("name").GetString()!;
        for (var deadline = time.GetUtcNow() + patience; ;)
        {
            using var seen = operation;
            if (seen.RootElement.TryGetProperty("error", out var error)) throw new ActionFailedException($"the operation {name} failed: {Says(error)}");
            if (seen.RootElement.GetProperty("status").GetString() == "DONE") return;
            if (time.GetUtcNow() >= deadline) throw new ActionFailedException($"the operation {name} goes on after {patience.TotalSeconds} s");
            await Task.Delay(Step, time, cancel);
            operation = await GetAsync($"projects/{Project}/global/operations/{Uri.EscapeDataString(name)}", cancel) ?? throw new ActionFailedException($"the operation {name} is not known any more");
        }
    }

    private static string Says(JsonElement error) =>
        error.TryGetProperty("errors", out var all) ? string.Join("; ", all.EnumerateArray().Select(e => $"{(e.TryGetProperty("code", out var code) ? code : default)} {(e.TryGetProperty("message", out var message) ? message : default)}".Trim())) : error.GetRawText();

    private Uri Address(string path) => new(endpoint, "compute/v1/" + path);

    [GeneratedRegex(@"^projects/[a-z][-a-z0-9.:]{4,62}/global/networks/[a-z][-a-z0-9]{0,62}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
