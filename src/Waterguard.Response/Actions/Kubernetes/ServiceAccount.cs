using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>A service account, and what is known of it.</summary>
internal sealed record ServiceAccount(string Space, string Name)
{
    private const string Prefix = "system:serviceaccount:";

    public string Path => KubernetesPath.Of("v1", Space, "serviceaccounts", Name);

    public string Called => $"{Space}/{Name}";

    /// <summary>As records name it (<c>system:serviceaccount:tide:api</c>), or <c>tide/api</c>.</summary>
    /// <exception cref="ActionFailedException">It names something else.</exception>
    public static ServiceAccount Of(string identity)
    {
        var parts = identity.StartsWith(Prefix, StringComparison.Ordinal) ? identity[Prefix.Length..].Split(':') : identity.Split('/');
        if (parts.Length != 2 || parts.Any(p => !KubernetesPath.IsName(p))) throw new ActionFailedException($"'{identity}' is no service account of Kubernetes: system:serviceaccount:NAMESPACE:NAME is expected");
        return new ServiceAccount(parts[0], parts[1]);
    }

    /// <summary>Pods that run as it.</summary>
    public async Task<IReadOnlyList<KubernetesObject>> PodsAsync(KubernetesApi api, CancellationToken cancel) =>
        [.. (await api.ListAsync(KubernetesPath.Of("v1", Space, "pods"), "", onlyMetadata: false, cancel)).Where(p => p.Text("spec", "serviceAccountName") == Name)];

    /// <summary>Secrets with a token of it that never ends: of each only the metadata is asked for.</summary>
    public async Task<IReadOnlyList<KubernetesObject>> SecretsAsync(KubernetesApi api, CancellationToken cancel) =>
        [.. (await api.ListAsync(KubernetesPath.Of("v1", Space, "secrets"), "fieldSelector=" + Uri.EscapeDataString("type=kubernetes.io/service-account-token"), onlyMetadata: true, cancel)).Where(s => s.Annotation("kubernetes.io/service-account.name") == Name)];

    /// <summary>Whether a binding gives it something: by its name, or by a group that it is in.</summary>
    public bool IsBound(KubernetesObject binding) => binding.All("subjects").Any(s => s.Text("kind") switch
    {
        "ServiceAccount" => s.Text("name") == Name && s.Text("namespace") == Space,
        "User" => s.Text("name") == $"{Prefix}{Space}:{Name}",
        "Group" => s.Text("name") is "system:serviceaccounts" or "system:authenticated" || s.Text("name") == $"system:serviceaccounts:{Space}",
        _ => false,
    });
}
