using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>An analyst asks what else happened around an incident.</summary>
public sealed class InvestigationTests(Lab lab)
{
    [Fact]
    public async Task The_archive_is_looked_through_and_the_question_for_other_stores_holds_no_markup()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        using var client = await lab.ClientAsync("analyst");
        var (page, id) = (watched.Page, await Incidents.OfAsync(client, "identity:mallory"));
        await Until.True(async () => JsonNode.Parse(await client.GetStringAsync($"incidents/{id}/events"))!["items"]!.AsArray().Count > 0, "the record is archived");
        await page.GotoAsync("/incidents/" + id);
        await page.Button("Look in the archive").ClickAsync();
        var part = page.Region("What else happened");
        await part.Locator(".story summary").First.ClickAsync();
        await part.GetByText("hostile-1").First.WaitForAsync();
        await part.GetByText("The same question in KQL").ClickAsync();
        Assert.Contains("| where * has ", await part.Locator("pre").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Null(await page.EvaluateAsync<int?>("() => window.hostile ?? null"));
        watched.AssertSound();
    }
}
