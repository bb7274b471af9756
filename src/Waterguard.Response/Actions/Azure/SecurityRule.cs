using System.Globalization;
using System.Text.Json;

namespace Waterguard.Response.Actions.Azure;

/// <summary>One rule of a network security group. Of two that fit, the one with the lower priority number decides.</summary>
internal sealed record SecurityRule(string Name, string Description, string Direction, string Access, int Priority, string State, IReadOnlyList<string> Far)
{
    public const int First = 100;
    public const int Last = 4096;

    /// <summary>Reads one as the resource manager writes it.</summary>
    public static SecurityRule Read(JsonElement json)
    {
        var of = json.GetProperty("properties");
        var direction = Text(of, "direction");
        // The far end: where traffic comes from, or where it goes.
        var far = direction == "Inbound" ? "sourceAddressPrefix" : "destinationAddressPrefix";
        string[] one = Text(of, far) is { Length: > 0 } prefix ? [prefix] : [];
        var several = of.TryGetProperty(far + "es", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(p => p.ToString()) : [];
        // Application security groups have no prefixes: who is in them is not known here.
        string[] all = [.. one, .. several];
        return new SecurityRule(Text(json, "name"), Text(of, "description"), direction, Text(of, "access"), of.GetProperty("priority").GetInt32(), Text(of, "provisioningState"), all.Length > 0 ? all : ["*"]);
    }

    /// <summary>Whether it lets through, before a rule of a priority, what an address sends or gets.</summary>
    public bool MayAllow(DeniedAddress address, int before) => Access == "Allow" && Priority < before && Far.Any(p => p == "*" || address.MayBeIn(p));

    /// <summary>The least restrictive place where a denying rule still comes before all that may allow; null: there is none.</summary>
    public static int? Place(IEnumerable<SecurityRule> rules, string direction, DeniedAddress address)
    {
        SecurityRule[] same = [.. rules.Where(r => r.Direction == direction)];
        var taken = same.Select(r => r.Priority).ToHashSet();
        for (var priority = First; priority <= Last; priority++)
        {
            if (same.Any(r => r.MayAllow(address, priority))) return null;
            if (!taken.Contains(priority)) return priority;
        }

        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Direction}, {Priority})");

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
