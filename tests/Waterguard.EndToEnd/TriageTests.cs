using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>An analyst works on an incident, with the mouse and with keys; a viewer cannot.</summary>
public sealed class TriageTests(Lab lab)
{
    [Fact]
    public async Task An_incident_is_acknowledged_noted_judged_and_closed()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        using var client = await lab.ClientAsync("analyst");
        var (page, id) = (watched.Page, await Incidents.OfAsync(client, "identity:mallory"));
        await page.GotoAsync("/incidents/" + id);
        await page.Button("Acknowledge").ClickAsync();
        await page.Locator(".incident-head .status.acknowledged").WaitForAsync();
        await page.Keyboard.PressAsync("n");
        await page.Keyboard.TypeAsync("asked the owner of the pod");
        await page.Button("Add note").ClickAsync();
        await page.Locator(".notes").GetByText("asked the owner of the pod").WaitForAsync();
        await page.GetByLabel("Verdict", new() { Exact = true }).SelectOptionAsync("malicious");
        await page.GetByLabel("Reason of the verdict").FillAsync("nobody knows the pod");
        await page.Button("Give verdict").ClickAsync();
        await page.GetByText("verdict: malicious").First.WaitForAsync();
        await page.GetByLabel("Reason to close").FillAsync("the pod is gone");
        await page.Button("Close incident").ClickAsync();
        await page.Locator(".incident-head .status.closed").WaitForAsync();
        var told = await Incidents.GetAsync(client, id);
        Assert.Equal(("closed", "malicious", "analyst"), (told["status"]!.GetValue<string>(), told["verdict"]!["is"]!.GetValue<string>(), told["assignee"]!.GetValue<string>()));
        Assert.Equal("asked the owner of the pod", told["notes"]![0]!["text"]!.GetValue<string>());
        watched.AssertSound();
    }

    [Fact]
    public async Task The_queue_is_walked_through_with_keys_and_its_filters_are_in_the_address()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        var page = watched.Page;
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("i");
        await page.Heading("Incidents").WaitForAsync();
        await page.GetByLabel("Level", new() { Exact = true }).SelectOptionAsync("high");
        await page.WaitForURLAsync("**/incidents?level=high");
        await Until.True(async () => await page.Locator(".queue .level:not(.high):not(.critical)").CountAsync() == 0 && await page.Locator(".queue tbody tr").CountAsync() > 1, "only high ones are shown");
        await page.Heading("Incidents").ClickAsync();
        await page.Keyboard.PressAsync("j");
        var second = await page.Locator(".queue a.row-link").Nth(1).GetAttributeAsync("href");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**" + second);
        await page.GoBackAsync();
        Assert.EndsWith("/incidents?level=high", page.Url, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("nothing is called so");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("No incident fits").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" }).WaitForAsync();
        watched.AssertSound();
    }

    [Fact]
    public async Task What_somebody_else_does_is_seen_without_reading_again()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("viewer");
        using var client = await lab.ClientAsync("analyst");
        var id = await Incidents.WorstAsync(client);
        await watched.Page.GotoAsync("/incidents/" + id);
        await watched.Page.Locator(".live.live").GetByText("Live", new() { Exact = true }).WaitForAsync();
        using var change = new HttpRequestMessage(HttpMethod.Patch, "incidents/" + id) { Content = new StringContent("{\"note\":\"written elsewhere\"}", System.Text.Encoding.UTF8, "application/json") };
        change.Headers.TryAddWithoutValidation("If-Match", "*");
        using var done = await client.SendAsync(change, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)done.StatusCode);
        await watched.Page.GetByText("written elsewhere").WaitForAsync();
        watched.AssertSound();
    }

    [Fact]
    public async Task A_viewer_is_shown_no_button_that_the_API_would_refuse_and_the_API_refuses()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("viewer");
        watched.Expected.Add(403);
        using var client = await lab.ClientAsync("viewer");
        var (page, id) = (watched.Page, await Incidents.WorstAsync(client));
        await page.GotoAsync("/incidents/" + id);
        await page.GetByText("You may look, but not change anything.").WaitForAsync();
        foreach (var name in new[] { "Acknowledge", "Assign to me", "Give verdict", "Add note", "Close incident" }) Assert.Equal(0, await page.Button(name).CountAsync());
        await page.GotoAsync("/suppressions");
        await page.GetByRole(AriaRole.Table).First.WaitForAsync();
        Assert.Equal(0, await page.Button("New suppression").CountAsync());
        Assert.Equal(0, await page.Link("Administration").CountAsync());
        await page.GotoAsync("/admin");
        await page.GetByText("This is for administrators.").WaitForAsync();
        var status = await page.EvaluateAsync<int[]>(
            """
            async (id) => {
              const { csrf } = await (await fetch('/api/v1/me')).json();
              const headers = { 'Content-Type': 'application/json', 'X-Waterguard-Csrf': csrf, 'If-Match': '*' };
              const of = async (method, path, body) => (await fetch('/api/v1/' + path, { method, headers, body })).status;
              return [await of('PATCH', 'incidents/' + id, '{"acknowledge":true}'), await of('POST', 'validation', '{}'), await of('GET', 'accounts')];
            }
            """, id);
        Assert.Equal([403, 403, 403], status);
        watched.AssertSound();
    }
}
