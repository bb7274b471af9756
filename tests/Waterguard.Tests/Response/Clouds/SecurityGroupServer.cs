using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Tests.Sources.Transports.Cloud;

namespace Waterguard.Tests.Response.Clouds;

/// <summary>Azure's resource manager, as far as a network security group, its subnet and a container group go: rules with etags and preconditions, that are applied only when they were looked at a few times.</summary>
internal sealed class SecurityGroupServer : CloudServer
{
    public const string Root = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/quay/providers";
    public const string Group = Root + "/Microsoft.Network/networkSecurityGroups/tide-nsg";
    public const string Subnet = Root + "/Microsoft.Network/virtualNetworks/tide/subnets/boxes";
    public const string Containers = Root + "/Microsoft.ContainerInstance/containerGroups/tide-box";
    private readonly Lock _lock = new();
    private int _etags;

    /// <summary>The rules by name.</summary>
    public SortedDictionary<string, JsonObject> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>How many looks a rule takes to be applied.</summary>
    public int Looks { get; set; } = 2;

    /// <summary>Called before a rule is deleted: somebody else may be quicker.</summary>
    public Action<string> BeforeDelete { get; set; } = _ => { };

    public bool IsAttached { get; set; } = true;

    public static Task<SecurityGroupServer> StartAsync() => StartAsync(new SecurityGroupServer());

    public void Put(string name, string properties)
    {
        lock (_lock) Rules[name] = new JsonObject { ["name"] = name, ["etag"] = Etag(), ["properties"] = JsonNode.Parse(properties) };
    }

    protected override (int Status, string Body) Throttled => (429, Error("TooManyRequests", "Too many requests."));

    protected override void Map(WebApplication app)
    {
        app.MapGet(Containers, () => Json($$$$"""{"properties":{"subnetIds":[{"id":"{{{{Subnet}}}}"}]}}"""));
        app.MapGet(Subnet, () => Json($$$$"""{"properties":{"networkSecurityGroup":{"id":"{{{{Group}}}}"}}}"""));
        app.MapGet(Group, Look);
        app.MapGet(Group + "/securityRules/{name}", (string name) =>
        {
            lock (_lock) return Rules.TryGetValue(name, out var rule) ? Json(rule.ToJsonString()) : Refuse(404, "NotFound", $"Resource {name} not found.");
        });
        app.MapPut(Group + "/securityRules/{name}", PutAsync);
        app.MapDelete(Group + "/securityRules/{name}", (string name, HttpRequest request) =>
        {
            lock (_lock)
            {
                BeforeDelete(name);
                if (!Rules.TryGetValue(name, out var rule)) return Results.StatusCode(204);
                if (request.Headers.IfMatch.ToString() is { Length: > 0 } wanted && wanted != rule["etag"]!.ToString()) return Refuse(412, "PreconditionFailed", "Precondition failed.");
                Rules.Remove(name);
                return Results.StatusCode(202);
            }
        });
    }

    private IResult Look()
    {
        lock (_lock)
        {
            foreach (var rule in Rules.Values.Where(r => r["properties"]!["provisioningState"]?.ToString() == "Updating"))
            {
                if (Looks-- <= 0) rule["properties"]!["provisioningState"] = "Succeeded";
            }

            var properties = new JsonObject { ["securityRules"] = new JsonArray([.. Rules.Values.Select(r => r.DeepClone())]), ["subnets"] = IsAttached ? new JsonArray(new JsonObject { ["id"] = Subnet }) : [] };
            return Json(new JsonObject { ["name"] = "tide-nsg", ["properties"] = properties }.ToJsonString());
        }
    }

    private async Task<IResult> PutAsync(string name, HttpRequest request)
    {
        var rule = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        lock (_lock)
        {
            if (request.Headers.IfNoneMatch == "*" && Rules.ContainsKey(name)) return Refuse(412, "PreconditionFailed", "Precondition failed.");
            var properties = rule["properties"]!;
            var clash = Rules.Values.FirstOrDefault(r => r["name"]!.ToString() != name && r["properties"]!["direction"]!.ToString() == properties["direction"]!.ToString() && r["properties"]!["priority"]!.ToString() == properties["priority"]!.ToString());
            if (clash is not null) return Refuse(400, "SecurityRuleConflict", $"Security rule {name} conflicts with rule {clash["name"]}. Rules cannot have the same Priority and Direction.");
            if (name.Length > 80 || properties["description"]!.ToString().Length > 140) return Refuse(400, "InvalidRequestFormat", "Cannot parse the request.");
            properties["provisioningState"] = "Updating";
            (rule["name"], rule["etag"]) = (name, Etag());
            Rules[name] = rule;
            return Results.Text(rule.ToJsonString(), "application/json", statusCode: 201);
        }
    }

    private string Etag() => string.Create(CultureInfo.InvariantCulture, $"W/\"{++_etags:x8}\"");
}
