using System.Globalization;
using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The lists of Graph: each kind of sign-in, risks, and alerts about roles.</summary>
public sealed class GraphTests
{
    [Fact]
    public async Task Each_kind_of_sign_in_is_asked_for_by_itself_and_comes_once_as_that_kind()
    {
        using var run = new CloudRun();
        await using var server = await GraphServer.StartAsync();
        string[] kinds = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
        var wanted = new List<string>();
        foreach (var kind in kinds)
        {
            for (var i = 0; i < 7; i++)
            {
                var time = run.Time.GetUtcNow().AddMinutes(-50 + (i * 7));
                wanted.Add(SignIn(kind, $"{kind}-{i}", time));
                server.Add(kind, time, wanted[^1]);
            }
        }

        server.FailAtRandom(7, new Random(2));
        var settings = $"transport: graph, lists: [signIns, nonInteractiveSignIns, servicePrincipalSignIns, managedIdentitySignIns], late: 1h, endpoint: '{server.Address}', {run.Credential}";
        await using (var running = run.Start(settings)) await run.Time.Until(() => run.Sink.Records.Count >= wanted.Count && running.Transport.Progress.Snapshot().Duplicates > 0, "all kinds are read, and asked for again");
        await using (run.Start(settings)) await run.Time.Until(() => server.Requests.Count(r => r.Contains("/beta/", StringComparison.Ordinal)) > 30, "they are asked for after a restart");

        Assert.Equal(wanted.Order(StringComparer.Ordinal), run.Sink.Records.Order(StringComparer.Ordinal));
        using var folder = Repository.Folder();
        var rules = folder.Write("rule.yml", "title: Workload signs in\nid: 6f1c2a3b-0000-4000-8000-00000000c0de\nstatus: test\nlogsource: {product: azure, service: signinlogs}\ndetection: {selection: {event.dataset: [ServicePrincipalSignInLogs, ManagedIdentitySignInLogs], user.name|re: '.'}, condition: selection}\nlevel: low\n");
        var alerts = Tool.Run("scan", folder.Write("signins.ndjson", string.Join('\n', run.Sink.Records)), "--rules", rules, "--no-builtin", "-o", "json").Lines.Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(14, alerts.Length);
        // A user that is not there is nobody.
        Assert.All(alerts, a => Assert.DoesNotContain("", a.GetProperty("entities").GetProperty("identity").EnumerateArray().Select(i => i.GetString())));
    }

    [Fact]
    public async Task Risks_of_users_and_of_applications_come_once()
    {
        using var run = new CloudRun();
        await using var server = await GraphServer.StartAsync();
        var at = run.Time.GetUtcNow().AddMinutes(-10);
        var user = $$"""{"id":"r1","riskEventType":"unfamiliarFeatures","riskLevel":"high","riskState":"atRisk","detectedDateTime":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","userPrincipalName":"ines@harbour.example","ipAddress":"203.0.113.9"}""";
        var principal = $$"""{"id":"r2","riskEventType":"leakedCredentials","riskLevel":"high","riskState":"atRisk","detectedDateTime":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","servicePrincipalId":"7d0f","servicePrincipalDisplayName":"crane","appId":"2b1e"}""";
        server.Add("risk", at, user);
        server.Add("principalRisk", at, principal);
        await using var running = run.Start($"transport: graph, lists: [riskDetections, servicePrincipalRiskDetections], endpoint: '{server.Address}', {run.Credential}");
        await run.Time.Until(() => run.Sink.Records.Count >= 2 && running.Transport.Progress.Snapshot().Duplicates > 0, "both are read");

        Assert.Equal(new[] { user, principal }.Order(StringComparer.Ordinal), run.Sink.Records.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Incidents_about_roles_come_once_however_often_the_whole_list_is_asked_for()
    {
        using var run = new CloudRun();
        await using var server = await GraphServer.StartAsync();
        string Incident(int number) => $$"""{"@odata.type":"#microsoft.graph.rolesAssignedOutsidePrivilegedIdentityManagementAlertIncident","id":"i{{number}}","assigneeUserPrincipalName":"ines@harbour.example","roleDisplayName":"Global Administrator","assignmentCreatedDateTime":"2026-11-22T10:00:00Z"}""";
        server.Incidents["DirectoryRole_0f5a_RolesAssignedOutsidePimAlert"] = [.. Enumerable.Range(0, 5).Select(Incident)];
        server.Incidents["DirectoryRole_0f5a_NoMfaOnRoleActivationAlert"] = [];
        var settings = $"transport: graph, lists: pimAlerts, endpoint: '{server.Address}', {run.Credential}";
        await using (var running = run.Start(settings))
        {
            await run.Time.Until(() => run.Sink.Records.Count >= 5, "they are read");
            server.Incidents["DirectoryRole_0f5a_RolesAssignedOutsidePimAlert"].Add(Incident(5));
            // Longer than what comes by its time is remembered.
            await run.Time.Until(() => run.Time.GetUtcNow() > new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), "days pass", TimeSpan.FromMinutes(20));
        }

        await using (var again = run.Start(settings)) await run.Time.Until(() => again.Transport.Progress.Snapshot().Duplicates >= 6, "they are asked for after a restart");
        Assert.Equal(Enumerable.Range(0, 6).Select(Incident), run.Sink.Records.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(server.Requests, r => r.Contains("NoMfaOnRoleActivationAlert", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonInteractiveSignIns", "/beta/auditLogs/signIns", "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "the tenant has no Entra ID P1 licence, without which nonInteractiveSignIns cannot be read")]
    [InlineData("servicePrincipalSignIns", "/beta/auditLogs/signIns", "Authorization_RequestDenied", "Microsoft Graph > AuditLog.Read.All (application), then Grant admin consent")]
    [InlineData("servicePrincipalRiskDetections", "/servicePrincipalRiskDetections", "Authorization_RequestDenied", "Microsoft Graph > IdentityRiskEvent.Read.All")]
    [InlineData("pimAlerts", "/roleManagementAlerts/alerts", "UnauthorizedAccessException", "Microsoft Graph > RoleManagementAlert.Read.Directory")]
    public async Task A_check_names_the_licence_or_the_permission(string list, string path, string code, string advice)
    {
        using var run = new CloudRun();
        await using var server = await GraphServer.StartAsync();
        var settings = $"transport: graph, lists: {list}, endpoint: '{server.Address}', {run.Credential}";
        Assert.DoesNotContain(await run.Transport(settings).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken), f => f.Missing);

        server.Fail(path, 403, $$$"""{"error":{"code":"{{{code}}}","message":"x"}}""");
        Assert.Contains(await run.Transport(settings).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken), f => f.Missing && f.Text.Contains(advice, StringComparison.Ordinal));
    }

    // As the beta version writes it: what a workload has not is an empty text.
    private static string SignIn(string kind, string id, DateTimeOffset time)
    {
        var isUser = kind.EndsWith("User", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","createdDateTime":"{{time:yyyy-MM-ddTHH:mm:ssZ}}","userPrincipalName":"{{(isUser ? "ines@harbour.example" : "")}}","userId":"{{(isUser ? "7d0f" : "")}}","appId":"2b1e","appDisplayName":"crane","ipAddress":"203.0.113.9","servicePrincipalId":"{{(isUser ? "" : "9c4a")}}","servicePrincipalName":"{{(isUser ? "" : "crane")}}","signInEventTypes":["{{kind}}"],"status":{"errorCode":0} }""");
    }
}
