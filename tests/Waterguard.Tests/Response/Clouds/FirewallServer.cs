using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Tests.Sources.Transports.Cloud;

namespace Waterguard.Tests.Response.Clouds;

/// <summary>Google's Compute Engine API, as far as firewall rules of a network go: changes are operations that take a while.</summary>
internal sealed class FirewallServer : CloudServer
{
    public const string Network = "projects/harbour/global/networks/tide";
    private const string Root = "/compute/v1/projects/harbour/global";
    private readonly ConcurrentDictionary<string, (Action Then, string? Error)> _operations = new(StringComparer.Ordinal);
    private int _numbers;

    public ConcurrentDictionary<string, JsonObject> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>The next operation ends so.</summary>
    public string? FailWith { get; set; }

    public static Task<FirewallServer> StartAsync() => StartAsync(new FirewallServer());

    protected override (int Status, string Body) Throttled => (403, Error("RESOURCE_EXHAUSTED", "rateLimitExceeded"));

    protected override void Map(WebApplication app)
    {
        app.MapGet("/compute/v1/" + Network, () => Json("""{"kind":"compute#network","name":"tide","networkFirewallPolicyEnforcementOrder":"AFTER_CLASSIC_FIREWALL"}"""));
        app.MapGet(Root + "/firewalls/{name}", (string name) => Rules.TryGetValue(name, out var rule) ? Json(rule.ToJsonString()) : Refuse(404, "notFound", $"The resource '{name}' was not found"));
        app.MapPost(Root + "/firewalls", async (HttpRequest request) =>
        {
            var rule = (await JsonNode.ParseAsync(request.Body))!.AsObject();
            var name = rule["name"]!.ToString();
            if (Rules.ContainsKey(name)) return Refuse(409, "alreadyExists", $"The resource '{name}' already exists");
            if (name.Length > 63 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')) return Refuse(400, "invalid", $"Invalid value for field 'resource.name': '{name}'.");
            rule["network"] = $"{Address}compute/v1/{rule["network"]}";
            rule["kind"] = "compute#firewall";
            return Operation(() => Rules[name] = rule);
        });
        app.MapDelete(Root + "/firewalls/{name}", (string name) => Rules.ContainsKey(name) ? Operation(() => Rules.TryRemove(name, out _)) : Refuse(404, "notFound", $"The resource '{name}' was not found"));
        app.MapGet(Root + "/operations/{name}", (string name) =>
        {
            var (then, error) = _operations[name];
            if (error is not null) return Json($$$"""{"name":"{{{name}}}","status":"DONE","error":{"errors":[{"code":"{{{error}}}","message":"It cannot be done."}]}}""");
            then();
            return Json($$"""{"kind":"compute#operation","name":"{{name}}","status":"DONE","progress":100}""");
        });
    }

    private IResult Operation(Action then)
    {
        var name = $"operation-{Interlocked.Increment(ref _numbers)}";
        _operations[name] = (then, FailWith);
        return Json($$"""{"kind":"compute#operation","name":"{{name}}","status":"RUNNING","progress":0}""");
    }
}
