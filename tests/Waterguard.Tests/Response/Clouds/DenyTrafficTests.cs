using System.Text.Json.Nodes;
using Waterguard.Platforms.Outbound;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Azure;
using Waterguard.Response.Actions.Google;
using Waterguard.Response.Playbooks;
using Waterguard.Tests.Response.Kubernetes;
using Waterguard.Tests.Sources.Transports.Cloud;
using Xunit;

namespace Waterguard.Tests.Response.Clouds;

/// <summary>Traffic is denied in a cloud by rules that come first, and the rules go again.</summary>
public sealed class DenyTrafficTests
{
    private const string Bad = "203.0.113.9";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(SecurityGroupServer.Group)]
    [InlineData(SecurityGroupServer.Subnet)]
    [InlineData(SecurityGroupServer.Containers)]
    public async Task In_Azure_an_address_is_denied_both_ways_and_let_go(string ground)
    {
        await using var server = await SecurityGroupServer.StartAsync();
        server.Put("web", """{"direction":"Inbound","access":"Allow","priority":101,"sourceAddressPrefix":"Internet","provisioningState":"Succeeded"}""");
        server.Put("deny-old", """{"direction":"Outbound","access":"Deny","priority":100,"destinationAddressPrefix":"198.51.100.1","provisioningState":"Succeeded"}""");
        using var network = Network(server, ground);
        var (engine, run) = await Harbour.DoneAsync(new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.FromSeconds(20)), Harbour.Step("azure.deny-traffic", "address", Bad));

        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);
        Assert.Equal("both rules are applied, and none that may allow it comes before them", run.Steps[0].Says);
        var (inside, outside) = (server.Rules[$"waterguard-{run.Id}-it-Inbound"]["properties"]!, server.Rules[$"waterguard-{run.Id}-it-Outbound"]["properties"]!);
        Assert.Equal(("100", Bad + "/32", "*", "Deny"), (inside["priority"]!.ToString(), inside["sourceAddressPrefix"]!.ToString(), inside["destinationAddressPrefix"]!.ToString(), inside["access"]!.ToString()));
        Assert.Equal(("101", Bad + "/32", "*"), (outside["priority"]!.ToString(), outside["destinationAddressPrefix"]!.ToString(), outside["sourceAddressPrefix"]!.ToString()));
        Assert.Equal(StepState.Undone, (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].State);
        Assert.Equal(["deny-old", "web"], server.Rules.Keys);
    }

    [Fact]
    public async Task In_Azure_a_rule_that_comes_first_and_may_allow_it_is_named()
    {
        await using var server = await SecurityGroupServer.StartAsync();
        server.Put("open", """{"direction":"Outbound","access":"Allow","priority":100,"destinationAddressPrefixes":["203.0.113.0/24"],"provisioningState":"Succeeded"}""");
        using var network = Network(server, SecurityGroupServer.Group);
        var plan = await new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.Zero).PlanAsync(Harbour.Target("address", Bad), None);
        Assert.StartsWith("the rule open (Outbound, 100) of ", plan.Refusal, StringComparison.Ordinal);
        Assert.Null((await new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.Zero).PlanAsync(Harbour.Target("address", "198.51.100.9"), None)).Refusal);
    }

    [Fact]
    public async Task In_Azure_a_group_that_guards_nothing_is_no_effect_and_done_twice_is_done_once()
    {
        await using var server = await SecurityGroupServer.StartAsync();
        server.IsAttached = false;
        using var network = Network(server, SecurityGroupServer.Group);
        var action = new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.FromSeconds(1));
        var plan = await action.PlanAsync(Harbour.Target("address", Bad), None);
        await action.ActAsync(plan, None);
        await action.ActAsync(plan, None);
        Assert.Equal(2, server.Requests.Count(r => r.StartsWith("PUT ", StringComparison.Ordinal)));
        Assert.Equal(new ActionProbe(false, "the rules are there, but the group is on no subnet and no interface"), await action.ProbeAsync(plan, None));
        server.IsAttached = true;
        Assert.True((await action.ProbeAsync(plan, None)).Holds);
        server.Rules[$"waterguard-{plan.Target.Run}-it-Inbound"]["properties"]!["access"] = "Allow";
        Assert.Contains("is not as it was made", (await action.ProbeAsync(plan, None)).Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Azure_a_rule_that_somebody_took_over_is_left()
    {
        await using var server = await SecurityGroupServer.StartAsync();
        using var network = Network(server, SecurityGroupServer.Group);
        var action = new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.FromSeconds(5));
        var plan = await action.PlanAsync(Harbour.Target("address", Bad), None);
        await action.ActAsync(plan, None);
        server.Rules[$"waterguard-{plan.Target.Run}-it-Inbound"]["properties"]!["description"] = "ours for ever";
        await action.UndoAsync(plan, None);
        Assert.Equal([$"waterguard-{plan.Target.Run}-it-Inbound"], server.Rules.Keys);

        server.Fail("/securityRules/", 403, """{"error":{"code":"AuthorizationFailed","message":"The client may not."}}""");
        Assert.Contains("403 AuthorizationFailed The client may not.", (await Assert.ThrowsAsync<ActionFailedException>(() => action.UndoAsync(plan, None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Azure_a_rule_that_is_changed_while_it_is_looked_at_is_not_deleted()
    {
        await using var server = await SecurityGroupServer.StartAsync();
        using var network = Network(server, SecurityGroupServer.Group);
        var action = new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.FromSeconds(5));
        var plan = await action.PlanAsync(Harbour.Target("address", Bad), None);
        await action.ActAsync(plan, None);
        server.BeforeDelete = name => server.Rules[name]["etag"] = "W/\"changed\"";
        Assert.Contains("412 PreconditionFailed", (await Assert.ThrowsAsync<ActionFailedException>(() => action.UndoAsync(plan, None))).Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Rules.Count);
    }

    [Theory]
    [InlineData("203.0.113.0/24", "is no address of one host")]
    [InlineData("10.1", "is no address of one host")]
    [InlineData("0.0.0.0", "is no address of another host")]
    [InlineData("168.63.129.16", "the cloud itself answers")]
    [InlineData("169.254.169.254", "the cloud itself answers")]
    [InlineData("evil.example", "is no address of one host")]
    public async Task What_is_no_address_of_one_host_is_refused(string address, string why)
    {
        await using var server = await SecurityGroupServer.StartAsync();
        using var network = Network(server, SecurityGroupServer.Group);
        Assert.Contains(why, (await Assert.ThrowsAsync<ActionFailedException>(() => new AzureDenyTraffic(network, TimeProvider.System, TimeSpan.Zero).PlanAsync(Harbour.Target("address", address), None))).Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(Bad, Bad + "/32")]
    [InlineData("2001:db8::9", "2001:db8::9/128")]
    public async Task In_Google_Cloud_an_address_is_denied_both_ways_and_let_go(string address, string range)
    {
        await using var server = await FirewallServer.StartAsync();
        using var firewall = Firewall(server);
        var (engine, run) = await Harbour.DoneAsync(new GoogleDenyTraffic(firewall), Harbour.Step("gcp.deny-traffic", "address", address));
        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);
        var rule = server.Rules[$"waterguard-{run.Id}-it-ingress"];
        Assert.Equal(($"[\"{range}\"]", "0", """[{"IPProtocol":"all"}]"""), (rule["sourceRanges"]!.ToJsonString(), rule["priority"]!.ToString(), rule["denied"]!.ToJsonString()));
        Assert.Equal($"[\"{range}\"]", server.Rules[$"waterguard-{run.Id}-it-egress"]["destinationRanges"]!.ToJsonString());
        Assert.Equal(StepState.Undone, (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].State);
        Assert.Empty(server.Rules);
    }

    [Fact]
    public async Task In_Google_Cloud_cut_off_between_the_rules_the_second_is_made_and_a_disabled_one_is_no_effect()
    {
        await using var server = await FirewallServer.StartAsync();
        using var firewall = Firewall(server);
        var action = new GoogleDenyTraffic(firewall);
        var plan = await action.PlanAsync(Harbour.Target("address", Bad), None);
        await action.ActAsync(plan, None);
        server.Rules.TryRemove($"waterguard-{plan.Target.Run}-it-egress", out _);
        Assert.False((await action.ProbeAsync(plan, None)).Holds);
        await action.ActAsync(plan, None);
        Assert.True((await action.ProbeAsync(plan, None)).Holds);
        Assert.Equal(3, server.Requests.Count(r => r.StartsWith("POST ", StringComparison.Ordinal)));
        server.Rules[$"waterguard-{plan.Target.Run}-it-ingress"]["disabled"] = true;
        Assert.Contains("or is disabled", (await action.ProbeAsync(plan, None)).Says, StringComparison.Ordinal);
        server.Rules[$"waterguard-{plan.Target.Run}-it-ingress"]["description"] = JsonValue.Create("ours for ever");
        await action.UndoAsync(plan, None);
        Assert.Equal([$"waterguard-{plan.Target.Run}-it-ingress"], server.Rules.Keys);
    }

    [Fact]
    public async Task In_Google_Cloud_an_operation_that_fails_is_told()
    {
        await using var server = await FirewallServer.StartAsync();
        server.FailWith = "QUOTA_EXCEEDED";
        using var firewall = Firewall(server);
        var (_, run) = await Harbour.DoneAsync(new GoogleDenyTraffic(firewall), Harbour.Step("gcp.deny-traffic", "address", Bad));
        Assert.Equal(StepState.Failed, run.Steps[0].State);
        Assert.EndsWith("failed: QUOTA_EXCEEDED It cannot be done.", run.Steps[0].Says, StringComparison.Ordinal);
    }

    private static ApiClient Client(CloudServer server) => new(AllowedHosts.Of(server.Address), new GivenToken(() => (server.Token, null)), TimeProvider.System);

    private static AzureNetwork Network(SecurityGroupServer server, string ground) => new(Client(server), server.Address, ground);

    private static GoogleFirewall Firewall(FirewallServer server) => new(Client(server), server.Address, FirewallServer.Network, TimeProvider.System, TimeSpan.FromSeconds(20));
}
