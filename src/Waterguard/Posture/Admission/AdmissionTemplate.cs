using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Posture.Cel;

namespace Waterguard.Posture.Admission;

/// <summary>One thing that a policy can forbid, made ready for an incident.</summary>
/// <param name="Name">Part of the policy's name: small letters and hyphens.</param>
/// <param name="Resources">Group -> resources and operations.</param>
/// <param name="Expression">What must hold.</param>
/// <param name="Namespaces">Where it holds.</param>
internal sealed record AdmissionTemplate(string Name, string Title, ImmutableArray<(string Group, string[] Resources, string[] Operations)> Resources, string Expression, ImmutableArray<string> Namespaces)
{
    private const string Version = "admissionregistration.k8s.io/v1";

    // Pods cannot be made worse later but by their images; and who takes finalizers off must not be kept from it.
    public static readonly ImmutableArray<(string, string[], string[])> Workloads =
    [
        ("", ["pods"], ["CREATE"]), ("", ["replicationcontrollers"], ["CREATE", "UPDATE"]), ("apps", ["daemonsets", "deployments", "replicasets", "statefulsets"], ["CREATE", "UPDATE"]), ("batch", ["cronjobs", "jobs"], ["CREATE", "UPDATE"]),
    ];

    private const string Pod = "has(object.spec.jobTemplate) ? object.spec.jobTemplate.spec.template.spec : has(object.spec.template) ? object.spec.template.spec : object.spec";

    private const string Containers = "(has(variables.pod.containers) ? variables.pod.containers : []) + (has(variables.pod.initContainers) ? variables.pod.initContainers : []) + (has(variables.pod.ephemeralContainers) ? variables.pod.ephemeralContainers : [])";

    /// <summary>Whether it looks into pods, and not only at who asks.</summary>
    private bool LooksInside => Expression.Contains("variables.", StringComparison.Ordinal);

    /// <summary>The policy and its binding, as YAML.</summary>
    /// <param name="name">Of both.</param>
    public string Write(string name)
    {
        var conditions = new JsonArray(new JsonObject { ["name"] = "namespaces", ["expression"] = $"request.namespace in {CelText.Quote(Namespaces)}" });
        if (LooksInside) conditions.Add((JsonNode)new JsonObject { ["name"] = "not-ending", ["expression"] = "!has(object.metadata.deletionTimestamp)" });
        var spec = new JsonObject
        {
            ["failurePolicy"] = "Fail",
            ["matchConstraints"] = new JsonObject { ["resourceRules"] = new JsonArray([.. Resources.Select(r => (JsonNode?)new JsonObject { ["apiGroups"] = new JsonArray(r.Group), ["apiVersions"] = new JsonArray("v1"), ["operations"] = Texts(r.Operations), ["resources"] = Texts(r.Resources) })]) },
            ["matchConditions"] = conditions,
        };
        if (LooksInside) spec["variables"] = new JsonArray(new JsonObject { ["name"] = "pod", ["expression"] = Pod }, new JsonObject { ["name"] = "containers", ["expression"] = Containers });
        spec["validations"] = new JsonArray(new JsonObject { ["expression"] = Expression, ["message"] = $"Waterguard: {Title}" });
        return PolicyYaml.Write(
            new JsonObject { ["apiVersion"] = Version, ["kind"] = "ValidatingAdmissionPolicy", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec },
            new JsonObject { ["apiVersion"] = Version, ["kind"] = "ValidatingAdmissionPolicyBinding", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["policyName"] = name, ["validationActions"] = new JsonArray("Deny", "Audit") } });
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);
}
