using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>A suppression is looked at before it is kept, and refused where it hides what scenarios prove.</summary>
public sealed class SuppressionTests(Lab lab)
{
    private const string Detection = "Power over the host seen only in the answer";

    [Fact]
    public async Task One_that_is_sharp_is_previewed_kept_and_shown()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        var page = await FillAsync(watched.Page, "sharp-one", "no-such-pipeline");
        await page.Button("Preview").ClickAsync();
        await page.GetByText("No scenario's true positive").WaitForAsync();
        await page.Button("Keep").ClickAsync();
        await page.Link("sharp-one").WaitForAsync();
        using var client = await lab.ClientAsync("viewer");
        var kept = JsonNode.Parse(await client.GetStringAsync("suppressions/sharp-one", TestContext.Current.CancellationToken))!;
        Assert.Equal(("no-such-pipeline", "analyst", true), (kept["when"]!["user.name"]!.GetValue<string>(), kept["owner"]!.GetValue<string>(), kept["own"]!.GetValue<bool>()));
        watched.AssertSound();
    }

    [Fact]
    public async Task One_that_hides_a_true_positive_is_refused_until_it_is_forced()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        watched.Expected.Add(409);
        // The name is of the recorded attack itself.
        var page = await FillAsync(watched.Page, "blunt-one", "ines@harbour.example");
        await page.Button("Preview").ClickAsync();
        await page.GetByText("True positives of").WaitForAsync();
        await page.Button("Keep").ClickAsync();
        await page.GetByText("Refused: it would hide true positives.").WaitForAsync();
        Assert.True(await page.Button("Keep").IsDisabledAsync());
        using var client = await lab.ClientAsync("viewer");
        using var missing = await client.GetAsync("suppressions/blunt-one", TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)missing.StatusCode);
        await page.GetByLabel("Keep it all the same; the strategy will show it").CheckAsync();
        await page.Button("Keep").ClickAsync();
        await page.GetByRole(AriaRole.Row, new() { Name = "blunt-one" }).GetByText("forced").WaitForAsync();
        watched.AssertSound();
    }

    private static async Task<IPage> FillAsync(IPage page, string name, string user)
    {
        await page.GotoAsync("/suppressions/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByLabel("Strategy").SelectOptionAsync("container-runtime-evasion");
        await page.GetByLabel("Why it is benign").FillAsync("tried in a test");
        await page.GetByLabel("Find a detection").FillAsync(Detection);
        await page.GetByLabel(Detection).CheckAsync();
        await page.GetByLabel("Field 1", new() { Exact = true }).FillAsync("user.name");
        await page.GetByLabel("Values of field 1, one a line").FillAsync(user);
        return page;
    }
}
