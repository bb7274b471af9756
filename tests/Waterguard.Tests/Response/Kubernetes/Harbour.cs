using System.Collections.Immutable;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>A small cluster: a Deployment with its ReplicaSet and pod on a node whose plugin enforces policies; and an engine that acts on it.</summary>
internal static class Harbour
{
    public const string PodPath = "api/v1/namespaces/tide/pods/api-1";
    public const string DeploymentPath = "apis/apps/v1/namespaces/tide/deployments/api";
    public const string NodePath = "api/v1/nodes/hull-a1";

    /// <returns>The uid of the pod.</returns>
    public static string Fill(ApiServer server, string podSpec = "")
    {
        server.Put("apis/apps/v1/namespaces/kube-system/daemonsets/cilium", """{"metadata":{"name":"cilium"}}""");
        server.Put(NodePath, """{"metadata":{"name":"hull-a1"},"spec":{}}""");
        var deployment = server.Put(DeploymentPath, """{"kind":"Deployment","metadata":{"name":"api","generation":1},"spec":{"replicas":3},"status":{"replicas":3,"readyReplicas":2,"observedGeneration":1}}""");
        var set = server.Put("apis/apps/v1/namespaces/tide/replicasets/api-7d", $$$"""{"kind":"ReplicaSet","metadata":{"name":"api-7d","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"api","uid":"{{{deployment}}}","controller":true}]},"spec":{"replicas":3}}""");
        return server.Put(PodPath, $$$"""
            {"kind":"Pod","metadata":{"name":"api-1","labels":{"app":"api"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"api-7d","uid":"{{{set}}}","controller":true}]},
             "spec":{ {{{podSpec}}} "nodeName":"hull-a1","serviceAccountName":"api","containers":[{"name":"api","image":"registry.example/api:1"}]}}
            """);
    }

    public static ResponseStep Step(string action, string input, string value, ActionRisk risk = ActionRisk.High, string id = "it") =>
        new(id, action, risk, [], 0, null, ImmutableSortedDictionary<string, string>.Empty.Add(input, value));

    public static ActionTarget Target(string input, string value, string run = "run-20261102080000-0a1b2c3d") => new(run, "it", ImmutableSortedDictionary<string, string>.Empty.Add(input, value));

    /// <summary>Plans and does one step.</summary>
    public static async Task<(ResponseEngine Engine, ResponseRun Run)> DoneAsync(IResponseAction action, ResponseStep step, ResponseLimits? limits = null)
    {
        var engine = new ResponseEngine([action], new RunShelf(), limits ?? new ResponseLimits(ResponseLimits.Usual), TimeProvider.System);
        var run = await engine.PlanAsync("i1", "s", [step], "ann", dryRun: false, CancellationToken.None);
        return (engine, await engine.AdvanceAsync(run.Id, "ann", [], CancellationToken.None));
    }

    /// <summary>Writes a kubeconfig for a server.</summary>
    public static string Kubeconfig(ApiServer server, TemporaryFolder folder, string token = ApiServer.Token) => folder.Write("kubeconfig", $$"""
        current-context: c
        clusters: [{name: c, cluster: {server: "{{server.Address}}"} }]
        contexts: [{name: c, context: {cluster: c, user: u} }]
        users: [{name: u, user: {token: {{token}} } }]
        """);
}
