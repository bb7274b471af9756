using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Azure;

/// <summary>The part of Azure's resource manager that knows of network security groups. Thread-safe.</summary>
/// <param name="client">Asks the resource manager, with a token for it.</param>
/// <param name="management">Its address.</param>
/// <param name="ground">The group whose rules are written: its resource id, or that of the subnet or the container group that it guards.</param>
public sealed partial class AzureNetwork(ApiClient client, Uri management, string ground) : IDisposable
{
    private const string Version = "2024-05-01";
    private const string ContainerVersion = "2023-05-01";
    private const int MostAnswer = 16 << 20;

    /// <summary>Whether a text is the resource id of something that traffic can be denied for.</summary>
    public static bool IsGround(string id) => Ground().IsMatch(id);

    /// <summary>The resource id of the group.</summary>
    /// <exception cref="ActionFailedException">What was configured has none.</exception>
    public async Task<string> GroupAsync(CancellationToken cancel)
    {
        if (!IsGround(ground)) throw new ActionFailedException($"'{ground}' is no resource id of a network security group, a subnet or a container group");
        if (ground.Contains("/networkSecurityGroups/", StringComparison.OrdinalIgnoreCase)) return ground;
        var subnet = ground;
        if (ground.Contains("/containerGroups/", StringComparison.OrdinalIgnoreCase))
        {
            using var group = await GetAsync(ground, ContainerVersion, cancel) ?? throw new ActionFailedException($"there is no container group {ground}");
            subnet = group.RootElement.GetProperty("properties").TryGetProperty("subnetIds", out var subnets) && subnets.GetArrayLength() > 0 ? subnets[0].GetProperty("id").GetString()! : throw new ActionFailedException($"the container group {ground} is on no subnet of ours: no rule reaches it, stop it instead");
        }

        if (!IsGround(subnet)) throw new ActionFailedException($"'{subnet}' is no resource id of a subnet");
        using var found = await GetAsync(subnet, Version, cancel) ?? throw new ActionFailedException($"there is no subnet {subnet}");
        return found.RootElement.GetProperty("properties").TryGetProperty("networkSecurityGroup", out var guard) && guard.GetProperty("id").GetString() is { } id && IsGround(id) ? id : throw new ActionFailedException($"the subnet {subnet} has no network security group: give it one");
    }

    /// <summary>What is at a resource id; null: nothing.</summary>
    /// <exception cref="ApiRefusedException">The resource manager refuses.</exception>
    public async Task<JsonDocument?> GetAsync(string id, string? version, CancellationToken cancel)
    {
        try
        {
            return JsonDocument.Parse((await client.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(id, version)), MostAnswer, cancel)).Body);
        }
        catch (ApiRefusedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Writes a rule that is not there yet.</summary>
    /// <exception cref="ApiRefusedException">The resource manager refuses; 412: it is there.</exception>
    public Task PutAsync(string id, string json, CancellationToken cancel) => client.SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Put, Address(id, null)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        return request;
    }, MostAnswer, cancel);

    /// <summary>Deletes a rule as it was seen.</summary>
    /// <exception cref="ApiRefusedException">The resource manager refuses; 412: somebody has changed it.</exception>
    public Task DeleteAsync(string id, string etag, CancellationToken cancel) => client.SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, Address(id, null));
        request.Headers.TryAddWithoutValidation("If-Match", etag);
        return request;
    }, MostAnswer, cancel);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private Uri Address(string id, string? version) => new(management, $"{id.TrimStart('/')}?api-version={version ?? Version}");

    [GeneratedRegex(@"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[-\w.()]{1,90}/providers/(Microsoft\.Network/networkSecurityGroups/[-\w.]{1,80}|Microsoft\.Network/virtualNetworks/[-\w.]{1,80}/subnets/[-\w.]{1,80}|Microsoft\.ContainerInstance/containerGroups/[-\w]{1,63})\z", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Ground();
}
