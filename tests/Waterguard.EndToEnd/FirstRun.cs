using Microsoft.Playwright;

namespace Waterguard.EndToEnd;

/// <summary>The first minutes of a new service, in the browser: the token makes the first administrator. It can be done once only, and everything else rests on it.</summary>
internal static class FirstRun
{
    public static async Task RunAsync(Lab lab)
    {
        await using var page = await lab.OpenAsync();
        page.Expected.Add(403);
        await page.Page.GotoAsync("/incidents?status=all");
        await page.Page.GetByLabel("Token of the first run").FillAsync("not the token");
        await page.Page.GetByLabel("Name").FillAsync("root");
        await page.Page.GetByLabel("Password").FillAsync(Lab.Password);
        await page.Page.Button("Make the account").ClickAsync();
        await page.Page.GetByText("This is not the token of the first run").WaitForAsync();
        await page.Page.GetByLabel("Token of the first run").FillAsync(lab.FirstToken);
        await page.Page.Button("Make the account").ClickAsync();
        // Whoever came for a page is brought to it.
        await page.Page.Heading("Incidents").WaitForAsync();
        page.AssertSound();
    }
}
