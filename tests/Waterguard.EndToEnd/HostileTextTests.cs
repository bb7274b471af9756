using Microsoft.Playwright;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>What a sender wrote is shown as it was written, and is never anything but text.</summary>
public sealed class HostileTextTests(Lab lab)
{
    [Fact]
    public async Task Markup_in_names_labels_and_records_does_not_run()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        using var client = await lab.ClientAsync("analyst");
        var (page, id) = (watched.Page, await Incidents.OfAsync(client, "identity:mallory"));
        await page.GotoAsync("/incidents/" + id);
        await page.Locator(".alert-row").First.ClickAsync();
        await page.Locator(".json").First.WaitForAsync();
        // Everything is opened: what is hidden has not been drawn.
        for (var closed = page.Locator("details:not([open]) > summary"); await closed.CountAsync() > 0;) await closed.First.ClickAsync();
        Assert.Contains("<script>window.hostile=1</script>", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await SoundAsync(page);
        foreach (var path in new[] { "/census?text=hostile", "/search?text=hostile-1", "/incidents?status=all", "/", "/incidents?status=all&text=" + Uri.EscapeDataString(Lab.Hostile) })
        {
            await page.GotoAsync(path);
            await page.Locator("main h1").WaitForAsync();
            await page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
            await SoundAsync(page);
        }

        watched.AssertSound();
    }

    private static async Task SoundAsync(IPage page)
    {
        Assert.False(await page.EvaluateAsync<bool>("() => 'hostile' in window"));
        Assert.Equal(0, await page.Locator("main img, main script").CountAsync());
    }
}
