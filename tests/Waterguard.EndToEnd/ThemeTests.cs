using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>Light or dark: as the system has it, until a person wants it otherwise.</summary>
public sealed class ThemeTests(Lab lab)
{
    private const string Light = "#f5f7f9";
    private const string Dark = "#0e1319";

    [Fact]
    public async Task The_systems_theme_is_followed_until_a_person_chooses_and_paper_is_light()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("viewer", dark: true);
        var page = watched.Page;
        Assert.Equal(Dark, await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Until.True(async () => await GroundAsync(page) == Light, "the system's change is followed");
        await page.Button("Switch to the dark theme").ClickAsync();
        Assert.Equal(Dark, await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.ReloadAsync();
        await page.Button("Switch to the light theme").WaitForAsync();
        Assert.Equal(Dark, await GroundAsync(page));
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Equal(Light, await GroundAsync(page));
        watched.AssertSound();
    }

    private static Task<string> GroundAsync(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()");
}
