using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Google;

/// <summary>Denies all traffic of a network with an address, both ways, by firewall rules of the first priority: among equals, what denies wins.</summary>
public sealed class GoogleDenyTraffic(GoogleFirewall firewall) : IResponseAction
{
    private const string Address = "address";
    private static readonly string[] s_directions = ["INGRESS", "EGRESS"];

    /// <inheritdoc/>
    public string Name => "gcp.deny-traffic";

    /// <inheritdoc/>
    public ActionRisk Risk => ActionRisk.High;

    /// <inheritdoc/>
    public string Permissions => "compute.firewalls.get, create, delete; compute.networks.get, updatePolicy; compute.globalOperations.get";

    /// <inheritdoc/>
    public ImmutableArray<string> Inputs => [Address];

    /// <inheritdoc/>
    public bool CanUndo => true;

    /// <inheritdoc/>
    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel) => Guard.Async(async () =>
    {
        var address = DeniedAddress.Of(target[Address]);
        if (!GoogleFirewall.IsNetwork(firewall.Network)) throw new ActionFailedException($"'{firewall.Network}' is no network: projects/PROJECT/global/networks/NAME is expected");
        using var network = await firewall.NetworkAsync(cancel);
        string[] names = [target[Address], firewall.Network, firewall.Network.Split('/')[^1]];
        if (network is null) return ActionPlan.Refused(target, $"there is no network {firewall.Network}", names);
        return new ActionPlan(target, [.. names], $"deny all traffic with {address.Address} in the network {firewall.Network} (priority 0, both ways)", Shares(network, address), null, ImmutableSortedDictionary<string, string>.Empty.Add("network", firewall.Network));
    });

    /// <inheritdoc/>
    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        foreach (var direction in s_directions)
        {
            try
            {
                using var there = await firewall.FindAsync(RuleName(plan, direction), cancel);
                if (there is null) await firewall.InsertAsync(Rule(plan, direction), cancel);
            }
            catch (ApiRefusedException e) when (e.Status == 409)
            {
                // Made in between: the probe says whether by us.
            }
        }
    });

    /// <inheritdoc/>
    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        foreach (var direction in s_directions)
        {
            var name = RuleName(plan, direction);
            using var json = await firewall.FindAsync(name, cancel);
            if (json is null) return new ActionProbe(false, $"there is no firewall rule {name}");
            if (!IsOurs(json.RootElement, plan)) return new ActionProbe(false, $"the firewall rule {name} is somebody else's");
            if (!IsAsMade(json.RootElement, plan, direction)) return new ActionProbe(false, $"the firewall rule {name} is not as it was made, or is disabled");
        }

        return new ActionProbe(true, "both firewall rules are there and enabled, at the first priority");
    });

    /// <inheritdoc/>
    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        foreach (var direction in s_directions)
        {
            var name = RuleName(plan, direction);
            using var json = await firewall.FindAsync(name, cancel);
            if (json is not null && IsOurs(json.RootElement, plan)) await firewall.DeleteAsync(name, cancel);
        }
    });

    private static string Mark(ActionPlan plan) => $"waterguard {plan.Target.Run} {plan.Target.Step}";

    // At most 63 characters, small letters, digits and hyphens.
    private static string RuleName(ActionPlan plan, string direction)
    {
        var name = new string([.. $"waterguard-{plan.Target.Run}-{plan.Target.Step}".Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]);
        return $"{(name.Length > 54 ? name[..54] : name)}-{direction.ToLowerInvariant()}";
    }

    private static string Ranges(string direction) => direction == "INGRESS" ? "sourceRanges" : "destinationRanges";

    private static string Rule(ActionPlan plan, string direction) => JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["name"] = RuleName(plan, direction), ["description"] = Mark(plan), ["network"] = plan.Memento["network"], ["direction"] = direction, ["priority"] = 0,
        [Ranges(direction)] = new[] { DeniedAddress.Of(plan.Target[Address]).Network }, ["denied"] = new[] { new { IPProtocol = "all" } },
    });

    private static bool IsOurs(JsonElement rule, ActionPlan plan) => rule.TryGetProperty("description", out var said) && said.ToString() == Mark(plan);

    // The network is written back with the address of the API before it.
    private static bool IsAsMade(JsonElement rule, ActionPlan plan, string direction) =>
        rule.GetProperty("direction").GetString() == direction && rule.GetProperty("priority").GetInt32() == 0 && !(rule.TryGetProperty("disabled", out var disabled) && disabled.GetBoolean())
        && rule.GetProperty("network").GetString()!.EndsWith("/" + plan.Memento["network"], StringComparison.Ordinal)
        && rule.TryGetProperty("denied", out var denied) && denied.EnumerateArray().Any(d => d.GetProperty("IPProtocol").GetString() == "all") && !rule.TryGetProperty("targetTags", out _) && !rule.TryGetProperty("targetServiceAccounts", out _)
        && rule.TryGetProperty(Ranges(direction), out var ranges) && ranges.EnumerateArray().Any(r => DeniedAddress.Of(plan.Target[Address]).MayBeIn(r.ToString()));

    private static ImmutableArray<string> Shares(JsonDocument network, DeniedAddress address)
    {
        var all = ImmutableArray.Create($"nothing on any subnet of the network reaches {address.Address} any more", "hierarchical firewall policies of the folder or organization are asked before these rules, and may allow it");
        return network.RootElement.TryGetProperty("networkFirewallPolicyEnforcementOrder", out var order) && order.GetString() == "BEFORE_CLASSIC_FIREWALL" ? all.Add("the network asks its firewall policies before these rules: what they allow is not denied") : all;
    }
}
