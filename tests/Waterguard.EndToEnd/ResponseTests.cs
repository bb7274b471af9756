using Microsoft.Playwright;
using Waterguard.Tests;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>A playbook from the incident's page: a dry run by an analyst, a run by a responder.</summary>
public sealed class ResponseTests(Lab lab)
{
    [Fact]
    public async Task An_analyst_sees_what_would_be_done_and_a_responder_does_it()
    {
        lab.Need();
        using var client = await lab.ClientAsync("analyst");
        var id = await Incidents.OfAsync(client, "identity:mallory");
        await using (var watched = await lab.OpenAsAsync("analyst"))
        {
            await watched.Page.GotoAsync("/incidents/" + id);
            var panel = watched.Page.GetByRole(AriaRole.Region, new() { Name = "Response", Exact = true });
            await panel.GetByText("Nothing was planned yet").WaitForAsync();
            Assert.Equal(0, await panel.Button("Plan a run").CountAsync());
            await panel.Button("Dry run").ClickAsync();
            await panel.Locator(".step").GetByText("say whether it is benign").WaitForAsync();
            Assert.Equal("Dry run", await panel.GetByRole(AriaRole.Button).InnerTextAsync()); // the only one
            watched.AssertSound();
        }

        await using (var watched = await lab.OpenAsAsync("responder"))
        {
            await watched.Page.GotoAsync("/incidents/" + id);
            var panel = watched.Page.GetByRole(AriaRole.Region, new() { Name = "Response", Exact = true });
            await panel.Button("Plan a run").ClickAsync();
            await panel.Button("Run assess").ClickAsync();
            await panel.Locator(".step.done").GetByText("engage", new() { Exact = true }).WaitForAsync();
            await watched.Page.Locator(".incident-head").GetByText("escalated").WaitForAsync();
            Assert.Null(await watched.Page.EvaluateAsync<int?>("() => window.hostile ?? null"));
            watched.AssertSound();
        }

        await using var looking = await lab.OpenAsAsync("viewer");
        await looking.Page.GotoAsync("/incidents/" + id);
        await looking.Page.Locator(".runs .step.done").First.WaitForAsync();
        Assert.Equal(0, await looking.Page.Button("Dry run").CountAsync());
        looking.AssertSound();
    }
}
