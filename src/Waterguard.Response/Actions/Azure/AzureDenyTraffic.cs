using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Azure;

/// <summary>Denies all traffic with an address, both ways, by rules of a network security group that come before whatever may allow it.</summary>
/// <param name="patience">How long the resource manager may take to apply a rule.</param>
public sealed class AzureDenyTraffic(AzureNetwork network, TimeProvider time, TimeSpan patience) : IResponseAction
{
    private const string Address = "address";
    private static readonly string[] s_directions = ["Inbound", "Outbound"];
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public string Name => "azure.deny-traffic";

    /// <inheritdoc/>
    public ActionRisk Risk => ActionRisk.High;

    /// <inheritdoc/>
    public string Permissions => "Microsoft.Network/networkSecurityGroups/read and securityRules/read, write, delete; to find the group: subnets/read, Microsoft.ContainerInstance/containerGroups/read";

    /// <inheritdoc/>
    public ImmutableArray<string> Inputs => [Address];

    /// <inheritdoc/>
    public bool CanUndo => true;

    /// <inheritdoc/>
    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel) => Guard.Async(async () =>
    {
        var address = DeniedAddress.Of(target[Address]);
        var group = await network.GroupAsync(cancel);
        string[] names = [target[Address], group, group.Split('/')[^1]];
        using var json = await network.GetAsync(group, null, cancel) ?? throw new ActionFailedException($"there is no network security group {group}");
        var rules = Rules(json);
        var memento = ImmutableSortedDictionary<string, string>.Empty.Add("group", group);
        foreach (var direction in s_directions)
        {
            if (SecurityRule.Place(rules, direction, address) is not { } place)
            {
                var first = rules.Where(r => r.Direction == direction && r.MayAllow(address, SecurityRule.Last + 1)).OrderBy(r => r.Priority).FirstOrDefault();
                return ActionPlan.Refused(target, first is null ? $"the group {group} has no free priority" : $"the rule {first} of {group} may allow it, and no priority before it is free: give it a higher number", names);
            }

            memento = memento.Add(direction, place.ToString(CultureInfo.InvariantCulture));
        }

        return new ActionPlan(target, [.. names], $"deny all traffic with {address.Address} in the network security group {names[^1]} (priorities {memento["Inbound"]} inbound, {memento["Outbound"]} outbound)", Shares(json, names[^1], address), null, memento);
    });

    /// <inheritdoc/>
    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        foreach (var direction in s_directions) await WriteAsync(plan, direction, cancel);
        var deadline = time.GetUtcNow() + patience;
        while (time.GetUtcNow() < deadline && !(await ProbeAsync(plan, cancel)).Holds) await Task.Delay(Step, time, cancel);
    });

    /// <inheritdoc/>
    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        using var json = await network.GetAsync(plan.Memento["group"], null, cancel);
        if (json is null) return new ActionProbe(false, "the network security group is gone");
        var address = DeniedAddress.Of(plan.Target[Address]);
        var rules = Rules(json);
        foreach (var direction in s_directions)
        {
            if (rules.FirstOrDefault(r => r.Name == RuleName(plan, direction)) is not { } ours || ours.Description != Mark(plan)) return new ActionProbe(false, $"there is no rule of ours {direction.ToLowerInvariant()}");
            if (ours is not { Access: "Deny" } || ours.Direction != direction || !ours.Far.Any(address.MayBeIn)) return new ActionProbe(false, $"the rule {ours} is not as it was made");
            if (ours.State != "Succeeded") return new ActionProbe(false, $"the rule {ours} is not applied yet: {ours.State}");
            if (rules.FirstOrDefault(r => r.Direction == direction && r.MayAllow(address, ours.Priority)) is { } stronger) return new ActionProbe(false, $"the rule {stronger} comes before, and may allow it");
        }

        return Guarded(json) == 0 ? new ActionProbe(false, "the rules are there, but the group is on no subnet and no interface") : new ActionProbe(true, "both rules are applied, and none that may allow it comes before them");
    });

    /// <inheritdoc/>
    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        foreach (var direction in s_directions)
        {
            var id = RuleId(plan, direction);
            using var json = await network.GetAsync(id, null, cancel);
            if (json is null || SecurityRule.Read(json.RootElement).Description != Mark(plan)) continue; // gone, or somebody else's by now
            await network.DeleteAsync(id, json.RootElement.GetProperty("etag").GetString()!, cancel);
        }

        var deadline = time.GetUtcNow() + patience;
        while (time.GetUtcNow() < deadline && (await ProbeAsync(plan, cancel)).Holds) await Task.Delay(Step, time, cancel);
    });

    private static string Mark(ActionPlan plan) => $"waterguard {plan.Target.Run} {plan.Target.Step}";

    // At most 80 characters.
    private static string RuleName(ActionPlan plan, string direction)
    {
        var name = $"waterguard-{plan.Target.Run}-{plan.Target.Step}";
        return $"{(name.Length > 70 ? name[..70] : name)}-{direction}";
    }

    private static string RuleId(ActionPlan plan, string direction) => $"{plan.Memento["group"]}/securityRules/{Uri.EscapeDataString(RuleName(plan, direction))}";

    private static SecurityRule[] Rules(JsonDocument group) =>
        [.. group.RootElement.GetProperty("properties").TryGetProperty("securityRules", out var rules) ? rules.EnumerateArray().Select(SecurityRule.Read) : []];

    private static int Guarded(JsonDocument group) => Count(group, "subnets") + Count(group, "networkInterfaces");

    private static int Count(JsonDocument group, string name) => group.RootElement.GetProperty("properties").TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;

    private static ImmutableArray<string> Shares(JsonDocument group, string name, DeniedAddress address) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{name} is on {Count(group, "subnets")} subnets and {Count(group, "networkInterfaces")} interfaces: nothing on any of them reaches {address.Address} any more"),
        "connections that are open already may stay open until they are idle",
    ];

    private async Task WriteAsync(ActionPlan plan, string direction, CancellationToken cancel)
    {
        var id = RuleId(plan, direction);
        using (var there = await network.GetAsync(id, null, cancel))
        {
            if (there is not null && SecurityRule.Read(there.RootElement).Description == Mark(plan)) return;
            if (there is not null) throw new ActionFailedException($"somebody else's rule is called {id}");
        }

        var (near, far) = direction == "Inbound" ? ("destination", "source") : ("source", "destination");
        var properties = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["description"] = Mark(plan), ["protocol"] = "*", ["access"] = "Deny", ["direction"] = direction, ["priority"] = int.Parse(plan.Memento[direction], CultureInfo.InvariantCulture),
            ["sourcePortRange"] = "*", ["destinationPortRange"] = "*", [near + "AddressPrefix"] = "*", [far + "AddressPrefix"] = DeniedAddress.Of(plan.Target[Address]).Network,
        };
        try
        {
            await network.PutAsync(id, JsonSerializer.Serialize(new { properties }), cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 412)
        {
            // Made in between: the probe says whether by us.
        }
    }
}
