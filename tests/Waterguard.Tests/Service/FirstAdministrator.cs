using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Whoever has the token of a service's first run.</summary>
internal static class FirstAdministrator
{
    private const string Password = "a long enough passphrase";

    /// <summary>A client of the API that has signed in as the first administrator.</summary>
    public static async Task<HttpClient> SignInAsync(ServiceProcess service, TemporaryFolder folder)
    {
        var client = new HttpClient { BaseAddress = new Uri(service.Address, "api/v1/") };
        var token = (await File.ReadAllTextAsync(Path.Combine(folder.Path, "data", "first-run-token"))).Trim();
        var body = new JsonObject { ["token"] = token, ["name"] = "root", ["password"] = Password };
        using var answer = await client.PostAsync("setup", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        client.DefaultRequestHeaders.Add("X-Waterguard-Csrf", JsonNode.Parse(text)!["csrf"]!.GetValue<string>());
        return client;
    }
}
