using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>What a run has kept is given to those who may act, whole, with its hash, and nothing else of the disk is.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public async Task A_responder_takes_what_a_step_has_kept_with_its_hash_and_the_audit_log_has_it()
    {
        await using var host = await ApiHost.StartAsync();
        var (run, name) = await KeptAsync(host);
        foreach (var role in Enum.GetValues<Role>())
        {
            var (answer, _) = await host.SendAsync("GET", $"responses/{run}/evidence/{name}", key: host.KeyOf(role));
            Assert.Equal(role >= Role.Responder ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync("GET", $"responses/{run}/evidence/{name}")).Response.StatusCode);
        var session = await host.SignInAsync(Role.Responder, "bob");
        var (response, _) = await host.SendAsync("GET", $"responses/{run}/evidence/{name}", session: session);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(host.Data, "evidence", name), TestContext.Current.CancellationToken), bytes);
        var hash = SHA256.HashData(bytes);
        Assert.Equal(["sha-256=" + Convert.ToBase64String(hash)], response.Headers.GetValues("Digest"));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        // Taken three times, by the two keys that may and by a person; who was refused has taken nothing.
        var taken = host.Store.Audit(long.MaxValue, 200).Select(a => a.Entry).Where(a => a.Action == "evidence.taken").ToArray();
        Assert.Equal(3, taken.Length);
        var last = taken.Single(a => a.Actor == "bob");
        Assert.Equal((run, "responder", "127.0.0.1"), (last.Subject, last.Role, last.Address));
        Assert.Contains(Convert.ToHexStringLower(hash), Encoding.UTF8.GetString(last.Detail.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..%2fstore.db")]
    [InlineData("..%2f..%2fw.yaml")]
    [InlineData("%2e%2e%2fevidence%2fNAME")]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData(".%2fNAME")]
    [InlineData("NAME%00")]
    [InlineData("other.tar.gz")]
    public async Task What_no_step_of_the_run_has_kept_is_not_found(string asked)
    {
        await using var host = await ApiHost.StartAsync();
        var (run, name) = await KeptAsync(host);
        await File.WriteAllTextAsync(Path.Combine(host.Data, "evidence", "other.tar.gz"), "of another run", TestContext.Current.CancellationToken);
        var key = host.KeyOf(Role.Admin);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", $"responses/{run}/evidence/{name}", key: key)).Response.StatusCode);
        var (response, _) = await host.SendAsync("GET", $"responses/{run}/evidence/{asked.Replace("NAME", name, StringComparison.Ordinal)}", key: key);
        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, response.StatusCode.ToString());
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_file_is_not_followed_and_a_file_that_is_gone_is_not_found()
    {
        await using var host = await ApiHost.StartAsync();
        var (run, name) = await KeptAsync(host);
        var file = Path.Combine(host.Data, "evidence", name);
        File.Delete(file);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("GET", $"responses/{run}/evidence/{name}", key: host.KeyOf(Role.Admin))).Response.StatusCode);
        File.CreateSymbolicLink(file, "/etc/hostname");
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("GET", $"responses/{run}/evidence/{name}", key: host.KeyOf(Role.Admin))).Response.StatusCode);
    }

    private static async Task<(string Run, string Name)> KeptAsync(ApiHost host)
    {
        host.AddAlert("a1");
        var (_, list) = await host.SendAsync("GET", "incidents", key: host.KeyOf(Role.Viewer));
        var ann = await host.SignInAsync(Role.Responder, "ann");
        var (_, run) = await host.SendAsync("POST", $"incidents/{list!["items"]![0]!["id"]}/responses", new JsonObject { ["execute"] = true }, session: ann);
        await host.SendAsync("POST", $"responses/{run!["id"]}/run", new JsonObject { ["steps"] = new JsonArray("assess", "investigate") }, session: ann);
        JsonNode? kept = null;
        await Until.True(async () => (kept = Step((await host.SendAsync("GET", $"responses/{run["id"]}", session: ann)).Body!)["evidence"]) is not null, "the timeline is written");
        return (run["id"]!.GetValue<string>(), kept!.GetValue<string>());
    }

    private static JsonNode Step(JsonNode run) => run["steps"]!.AsArray().Single(s => s!["id"]!.GetValue<string>() == "investigate")!;
}
