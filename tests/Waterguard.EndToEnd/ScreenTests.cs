using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>Every page, light and dark, wide and narrow: it draws something, nothing sticks out, nothing is unnamed, nothing goes wrong. The pictures are kept in artifacts; in the docs only when asked for.</summary>
public sealed class ScreenTests(Lab lab)
{
    private static readonly (string Name, string Path)[] s_pages =
    [
        ("overview", "/"), ("incidents", "/incidents?status=all"), ("incident", "/incidents/FIRST"), ("strategies", "/strategies"), ("strategy", "/strategies/container-runtime-evasion"), ("coverage", "/coverage"), ("census", "/census"),
        ("sources", "/sources"), ("suppressions", "/suppressions"), ("suppression", "/suppressions/new"), ("validation", "/validation"), ("search", "/search?text=evasive_container"), ("administration", "/admin"), ("me", "/me"),
    ];

    public static TheoryData<int, bool> Looks => new() { { 1280, false }, { 1280, true }, { 390, false }, { 390, true } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_draws_fits_and_names_what_it_shows(int width, bool isDark)
    {
        lab.Need();
        await using var page = await lab.OpenAsAsync("root", width, isDark);
        using var client = await lab.ClientAsync("root");
        var first = await Incidents.WorstAsync(client);
        foreach (var (name, path) in s_pages)
        {
            await page.Page.GotoAsync(path.Replace("FIRST", first, StringComparison.Ordinal));
            await Settled(page.Page);
            if (name == "incident") await page.Page.Locator(".alert-row").First.ClickAsync();
            if (name == "incident") await page.Page.Locator(".json").First.WaitForAsync();
            await Look.FitsAsync(page.Page, name, width);
            await Look.NamesAsync(page.Page, name);
            await page.Page.EvaluateAsync("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }");
            var picture = await page.Page.ScreenshotAsync(new() { Path = PathOf(name, width, isDark) });
            Assert.True(picture.Length > 8_000, $"{name} at {width} is as good as blank: {picture.Length} bytes");
        }

        page.AssertSound();
    }

    private static async Task Settled(IPage page)
    {
        await page.Locator("main h1").First.WaitForAsync();
        await Until.True(async () => await page.Locator(".loading").CountAsync() == 0, $"{page.Url} has loaded", 20);
    }

    private static string PathOf(string name, int width, bool isDark)
    {
        var file = $"{name}-{width}-{(isDark ? "dark" : "light")}.png";
        // The docs show every page in the light, and in the dark those that are looked at by night.
        var isShown = !isDark || name is "overview" or "incident";
        return isShown && Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 } ? Repository.PathOf("docs", "images", "web", file) : Repository.PathOf("artifacts", "web", file);
    }
}
