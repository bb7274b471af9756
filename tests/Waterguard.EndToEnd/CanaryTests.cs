using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>The page of sources shows how canaries fare, while they do.</summary>
public sealed class CanaryTests(Lab lab)
{
    [Fact]
    public async Task A_marker_goes_from_waiting_to_seen_while_one_looks_and_a_missed_one_says_why()
    {
        lab.Need();
        await using var page = await lab.OpenAsAsync("viewer", at: "/sources");
        var table = page.Page.Region("Table of canaries");
        var (yard, files) = (table.GetByRole(AriaRole.Row).Filter(new() { HasText = "yard" }), table.GetByRole(AriaRole.Row).Filter(new() { HasText = "file, linux.auditd" }));
        await files.GetByText("the canary 'files' did not come out of linux.auditd within 1 s").WaitForAsync();
        await yard.GetByText("the canary 'yard' was not planted yet").WaitForAsync();

        using var root = await lab.ClientAsync("root");
        var mark = (await Lab.SendAsync(root, "canaries/yard", []))["mark"]!.GetValue<string>();
        await yard.GetByText("the first marker of the canary 'yard' is under way").WaitForAsync();
        var key = (await Lab.SendAsync(root, "keys", new JsonObject { ["label"] = "yard", ["scopes"] = new JsonArray("ingest:*") }))["key"]!.GetValue<string>();
        using var sender = new HttpClient { BaseAddress = root.BaseAddress };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var taken = await sender.PostAsync("ingest/kubernetes.audit", new StringContent(Question(mark), Encoding.UTF8, "application/x-ndjson"), TestContext.Current.CancellationToken);
        Assert.Equal(202, (int)taken.StatusCode);
        await yard.GetByText("the canary 'yard' came out of kubernetes.audit after").WaitForAsync();
        await yard.GetByText("seen", new() { Exact = false }).First.WaitForAsync();
        // The marker is nobody's to read.
        Assert.DoesNotContain(mark, await page.Page.ContentAsync(), StringComparison.Ordinal);
        page.AssertSound();
    }

    [Fact]
    public async Task Where_none_is_configured_the_page_says_how_one_is()
    {
        lab.Need();
        await using var page = await lab.OpenAsAsync("viewer");
        await page.Page.RouteAsync("**/api/v1/canaries", route => route.FulfillAsync(new() { ContentType = "application/json", Body = """{"items":[],"next":null}""" }));
        await page.Page.GotoAsync("/sources");
        await page.Page.GetByText("No canary is configured").WaitForAsync();
        await page.Page.GetByText("plant: docker-volume").WaitForAsync();
        page.AssertSound();
    }

    private static string Question(string mark)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture);
        return $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{{Guid.NewGuid()}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/quay/configmaps/{{mark}}","verb":"get","user":{"username":"ines@harbour.example"},"sourceIPs":["10.8.4.30"],"objectRef":{"resource":"configmaps","namespace":"quay","name":"{{mark}}","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":404},"requestReceivedTimestamp":"{{now}}","stageTimestamp":"{{now}}"}""" + "\n";
    }
}
