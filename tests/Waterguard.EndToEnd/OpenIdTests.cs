using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using Waterguard.Tests;
using Waterguard.Tests.Api;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>The button of the organisation: to the provider, and back signed in; who is refused is told why.</summary>
public sealed class OpenIdTests(Lab lab)
{
    [Fact]
    public async Task Who_signs_in_at_the_provider_comes_back_with_the_role_of_its_group()
    {
        lab.Need();
        using var folder = Repository.Folder();
        await using var provider = await OpenIdServer.StartAsync(TimeProvider.System);
        using var service = await StartAsync(folder, provider);
        await using var page = await OpenAsync(service, provider);
        await SignInAsync(page.Page, "Ann", "soc");
        // Back where she wanted to go, as who she is.
        await page.Page.Heading("Sources").WaitForAsync();
        await page.Page.GotoAsync("/me");
        await page.Page.GetByText("analyst").First.WaitForAsync();
        await page.Page.GetByText("Ann", new() { Exact = true }).First.WaitForAsync();
        Assert.Equal("analyst", await page.Page.EvaluateAsync<string>("() => fetch('/api/v1/me').then(r => r.json()).then(m => m.role)"));
        page.AssertSound();
    }

    [Fact]
    public async Task Who_has_no_role_or_turns_back_at_the_provider_sees_why_and_can_begin_again()
    {
        lab.Need();
        using var folder = Repository.Folder();
        await using var provider = await OpenIdServer.StartAsync(TimeProvider.System);
        using var service = await StartAsync(folder, provider);
        await using var page = await OpenAsync(service, provider);
        page.Expected.Add(403);
        await SignInAsync(page.Page, "Mallory", "<b>others</b>");
        await page.Page.GetByText("You are known, but no role is yours").WaitForAsync();
        await page.Page.Link("Back to the sign-in").ClickAsync();
        await page.Page.Link("Sign in with your organisation").ClickAsync();
        await page.Page.Button("Cancel").ClickAsync();
        await page.Page.GetByText("The provider did not sign you in.").WaitForAsync();
        Assert.Equal(401, await page.Page.EvaluateAsync<int>("() => fetch('/api/v1/me').then(r => r.status)"));
        page.AssertSound();
    }

    private static async Task SignInAsync(IPage page, string who, string group)
    {
        await page.GotoAsync("/sources");
        await page.Link("Sign in with your organisation").ClickAsync();
        await page.Heading("The provider").WaitForAsync();
        await page.GetByLabel("Who").FillAsync(who);
        await page.GetByLabel("Group").FillAsync(group);
        await page.Button("Continue").ClickAsync();
    }

    // The provider must know where to send people back to before the service is there. Somebody has an account already: a first run has another page.
    private static async Task<ServiceProcess> StartAsync(TemporaryFolder folder, OpenIdServer provider)
    {
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:{port}'}}\n{provider.Settings($"http://127.0.0.1:{port}")}inputs: []\n"));
        using var client = await FirstAdministrator.SignInAsync(service, folder);
        return service;
    }

    private async Task<WatchedPage> OpenAsync(ServiceProcess service, OpenIdServer provider)
    {
        var context = await lab.Browser!.NewContextAsync(new() { BaseURL = service.Address.AbsoluteUri });
        return new WatchedPage(context, await context.NewPageAsync()) { Provider = provider.Issuer };
    }
}
