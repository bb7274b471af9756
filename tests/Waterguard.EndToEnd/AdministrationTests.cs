using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>What administrators and analysts click: keys that get another secret, sessions that are ended, silences that are changed, runs of scenarios.</summary>
public sealed class AdministrationTests(Lab lab)
{
    [Fact]
    public async Task A_key_is_made_and_gets_another_secret_and_both_are_good_for_a_day()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("root", at: "/admin?tab=keys");
        var page = watched.Page;
        var form = page.Form("New key");
        await form.GetByLabel("Label").FillAsync("rotated");
        await form.GetByLabel("Scopes").FillAsync("read");
        await form.Button("Make key").ClickAsync();
        var first = await page.Locator(".notice code").InnerTextAsync();
        await page.Button("Rotate rotated").ClickAsync();
        string second = first;
        await Until.True(async () => (second = await page.Locator(".notice code").InnerTextAsync()) != first, "another secret is shown");
        foreach (var key in new[] { first, second })
        {
            using var client = new HttpClient { BaseAddress = new Uri(lab.Address, "api/v1/") };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await client.GetAsync("incidents", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        watched.AssertSound();
    }

    [Fact]
    public async Task A_session_that_was_left_open_is_ended_from_my_account()
    {
        lab.Need();
        using var left = await lab.ClientAsync("viewer");
        await using var watched = await lab.OpenAsAsync("viewer", at: "/me");
        var page = watched.Page;
        var part = page.Region("Sessions");
        await part.GetByText("this one").WaitForAsync();
        while (await part.Button("End the session").CountAsync() is > 0 and var open)
        {
            await part.Button("End the session").First.ClickAsync();
            await Until.True(async () => await part.Button("End the session").CountAsync() < open, "one less is open");
        }

        using var refused = await left.GetAsync("me", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        watched.AssertSound();
    }

    [Fact]
    public async Task A_silence_is_changed_where_it_is_listed()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        using var client = await lab.ClientAsync("analyst");
        await Lab.SendAsync(client, "silences", new JsonObject { ["matchers"] = new JsonArray(new JsonObject { ["field"] = "entity.pod", ["value"] = "shop/quiet" }), ["until"] = TimeProvider.System.GetUtcNow().AddHours(2).ToString("O", null), ["reason"] = "before" });
        var page = watched.Page;
        await page.GotoAsync("/suppressions");
        await page.Button("Change the silence of shop/quiet").ClickAsync();
        var form = page.Form("Change silence");
        await form.GetByLabel("Why").FillAsync("after");
        await form.Button("Keep").ClickAsync();
        await page.GetByText("after, analyst").WaitForAsync();
        watched.AssertSound();
    }

    [Fact]
    public async Task A_run_of_scenarios_is_begun_by_a_click_and_its_results_are_shown()
    {
        lab.Need();
        await using var watched = await lab.OpenAsAsync("analyst");
        using var client = await lab.ClientAsync("analyst");
        var before = JsonNode.Parse(await client.GetStringAsync("validation", TestContext.Current.CancellationToken))!["run"]?.GetValue<string>();
        await watched.Page.GotoAsync("/validation");
        await watched.Page.Button("Run now").ClickAsync();
        await Until.True(async () => JsonNode.Parse(await client.GetStringAsync("validation")) is var now && now!["run"]?.GetValue<string>() != before, "another run has begun");
        await watched.Page.Button("Running …").WaitForAsync();
        watched.AssertSound();
    }
}
