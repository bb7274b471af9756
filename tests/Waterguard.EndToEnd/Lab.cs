using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Waterguard.EndToEnd;
using Waterguard.Tests;
using Waterguard.Tests.Service;
using Xunit;

[assembly: AssemblyFixture(typeof(Lab))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Waterguard.EndToEnd;

/// <summary>The real service with what our samples and some hostile records tell it, and a browser. All tests look at the same one.</summary>
public sealed class Lab : IAsyncLifetime
{
    /// <summary>Of every account of the lab.</summary>
    public const string Password = "a long enough passphrase";

    /// <summary>What would run if any text of a sender became markup: it marks the page, and opens a dialog.</summary>
    public const string Hostile = "<img src=x onerror=\"window.hostile=1;alert(1)\"><script>window.hostile=1</script>";

    private TemporaryFolder? _folder;
    private ServiceProcess? _service;
    private IPlaywright? _playwright;

    /// <summary>The browser; null: there is none, and the tests are skipped.</summary>
    public IBrowser? Browser { get; private set; }

    /// <summary>Where the interface is.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The token of the first run, for who comes first.</summary>
    public string FirstToken { get; private set; } = "";

    private static string Chromium => Environment.GetEnvironmentVariable("WATERGUARD_CHROMIUM") is { Length: > 0 } told ? told : "/usr/bin/chromium";

    /// <summary>Skips where the tests cannot run.</summary>
    public void Need()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service and a browser.");
        Assert.SkipUnless(File.Exists(Chromium), "It needs Chromium: apt-get install chromium");
    }

    /// <summary>Starts everything, once.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 } || !File.Exists(Chromium)) return;
        _folder = Repository.Folder();
        var inputs = "inputs:\n  - {name: prod-audit, transport: http, source: kubernetes.audit, key: env:PATH, labels: {orchestrator.cluster.name: prod}}\n  - {name: engine, transport: http, source: docker.events, key: env:HOME}\n";
        // One waits for somebody to plant it; the other's folder is watched by nobody.
        var canaries = $"canaries:\n  - {{name: yard, plant: external, source: kubernetes.audit, every: 1d, within: 1h}}\n  - {{name: files, plant: file, at: '{Directory.CreateDirectory(Path.Combine(_folder.Path, "canary")).FullName}', source: linux.auditd, every: 1d, within: 1s}}\n";
        _service = await ServiceProcess.StartAsync(_folder.Write("w.yaml", $"data: '{_folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', rate: 10000, burst: 10000}}\n{inputs}{canaries}"));
        Address = _service.Address;
        FirstToken = (await File.ReadAllTextAsync(Path.Combine(_folder.Path, "data", "first-run-token"))).Trim();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Headless = true, Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"] });
        await FirstRun.RunAsync(this);
        await FillAsync();
    }

    /// <summary>A page of nobody yet.</summary>
    public async Task<WatchedPage> OpenAsync(int width = 1280, bool dark = false)
    {
        var context = await Browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, BaseURL = Address.AbsoluteUri, ReducedMotion = ReducedMotion.Reduce });
        return new WatchedPage(context, await context.NewPageAsync());
    }

    /// <summary>A page of somebody who has signed in through the form.</summary>
    /// <param name="at">Where it was opened then; null: where everybody comes first.</param>
    public async Task<WatchedPage> OpenAsAsync(string name, int width = 1280, bool dark = false, string? at = null)
    {
        var page = await OpenAsync(width, dark);
        await page.Page.GotoAsync("/");
        await page.Page.GetByLabel("Name").FillAsync(name);
        await page.Page.GetByLabel("Password").FillAsync(Password);
        await page.Page.Button("Sign in").ClickAsync();
        await page.Page.Heading("Overview").WaitForAsync();
        if (at is not null) await page.Page.GotoAsync(at);
        return page;
    }

    /// <summary>A client of the API that has signed in.</summary>
    public async Task<HttpClient> ClientAsync(string name)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address, "api/v1/") };
        var me = await SendAsync(client, "sessions", new JsonObject { ["name"] = name, ["password"] = Password });
        client.DefaultRequestHeaders.Add("X-Waterguard-Csrf", me["csrf"]!.GetValue<string>());
        return client;
    }

    /// <summary>Sends JSON, and reads it.</summary>
    public static async Task<JsonNode> SendAsync(HttpClient client, string path, JsonObject body)
    {
        using var response = await client.PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Ends what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync();
        _playwright?.Dispose();
        if (_service is { HasEnded: false }) await _service.StopAsync();
        _service?.Dispose();
        _folder?.Dispose();
    }

    private async Task FillAsync()
    {
        using var admin = await ClientAsync("root");
        foreach (var role in new[] { "viewer", "analyst", "responder" }) await SendAsync(admin, "accounts", new JsonObject { ["name"] = role, ["role"] = role, ["password"] = Password });
        var key = (await SendAsync(admin, "keys", new JsonObject { ["label"] = "lab", ["scopes"] = new JsonArray("ingest:*") }))["key"]!.GetValue<string>();
        using var sender = new HttpClient { BaseAddress = admin.BaseAddress };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        // The samples' times are moved to just before now: an overview tells of the last day.
        await PostAsync(sender, "kubernetes.audit", Moved("kubernetes-audit.ndjson", "2026-11-02T08:", TimeSpan.FromHours(3)));
        await PostAsync(sender, "docker.events", await File.ReadAllTextAsync(Repository.PathOf("samples", "docker-events.ndjson")));
        await PostAsync(sender, "kubernetes.audit", HostileRecord());
        await Until.True(async () => (JsonNode.Parse(await admin.GetStringAsync("alerts?entity=identity:mallory"))!["items"]!.AsArray().Count) > 0, "the hostile record has an alert");
        await Until.True(async () => JsonNode.Parse(await admin.GetStringAsync("status"))!["judged"]!["waiting"]!.GetValue<long>() == 0, "all is judged");
        await SendAsync(admin, "validation", new JsonObject { ["names"] = new JsonArray("host-power-in-answer", "exec-by-person", "swarm-service") });
        await Until.True(async () => JsonNode.Parse(await admin.GetStringAsync("validation"))!["running"]!.GetValue<bool>() == false, "the scenarios have run");
        await Until.True(async () => JsonNode.Parse(await admin.GetStringAsync("telemetry"))!["items"]!.AsArray().Count > 0, "the state of strategies knows of the samples", 120);
    }

    private static async Task PostAsync(HttpClient sender, string source, string records)
    {
        using var response = await sender.PostAsync("ingest/" + source, new StringContent(records, Encoding.UTF8, "application/x-ndjson"));
        Assert.Equal(202, (int)response.StatusCode);
    }

    private static string Moved(string sample, string hour, TimeSpan back)
    {
        var to = TimeProvider.System.GetUtcNow() - back;
        return File.ReadAllText(Repository.PathOf("samples", sample)).Replace(hour, to.ToString("yyyy-MM-ddTHH:", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string HostileRecord()
    {
        var now = TimeProvider.System.GetUtcNow().AddMinutes(-20).ToString("yyyy-MM-ddTHH:mm:ss.000000Z", CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["kind"] = "Event", ["apiVersion"] = "audit.k8s.io/v1", ["level"] = "RequestResponse", ["auditID"] = "hostile-1", ["stage"] = "ResponseComplete", ["requestURI"] = "/api/v1/namespaces/default/pods", ["verb"] = "create",
            ["user"] = new JsonObject { ["username"] = "mallory" }, ["sourceIPs"] = new JsonArray("10.1.2.3"), ["userAgent"] = Hostile,
            ["objectRef"] = new JsonObject { ["resource"] = "pods", ["namespace"] = "default", ["name"] = Hostile, ["apiVersion"] = "v1" }, ["responseStatus"] = new JsonObject { ["code"] = 201 },
            ["requestObject"] = new JsonObject
            {
                ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = Hostile, ["namespace"] = "default", ["labels"] = new JsonObject { ["app"] = Hostile } },
                ["spec"] = new JsonObject { ["hostPID"] = true, ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = Hostile }) },
            },
            ["requestReceivedTimestamp"] = now, ["stageTimestamp"] = now,
        }.ToJsonString() + "\n";
    }
}
