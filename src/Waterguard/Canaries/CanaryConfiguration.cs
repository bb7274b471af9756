using System.Collections.Immutable;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Sources.Configuration;

namespace Waterguard.Canaries;

/// <summary>How a marker is planted.</summary>
internal enum CanaryKind
{
    /// <summary>A volume of a Docker engine, made and removed.</summary>
    DockerVolume,

    /// <summary>A file in a watched folder, made and removed.</summary>
    File,

    /// <summary>A ConfigMap of that name is asked for, and there is none: the answer does not matter, the audit record of the question does.</summary>
    KubernetesConfigMap,

    /// <summary>Somebody else plants it: they ask for a marker first.</summary>
    External,
}

/// <summary>One canary: what is planted, where it must come out, and by when.</summary>
/// <param name="At">The engine, the folder, or the cluster's kubeconfig.</param>
/// <param name="Source">The source in whose records the marker must be found.</param>
internal sealed record CanaryConfiguration(string Name, CanaryKind Kind, string At, string Source, TimeSpan Every, TimeSpan Within)
{
    /// <summary>The words for <see cref="CanaryKind"/>, in its order.</summary>
    public static readonly ImmutableArray<string> Plants = ["docker-volume", "file", "kubernetes-configmap", "external"];

    private const string DefaultSpace = "waterguard-canary";

    private static readonly ImmutableArray<Setting> s_settings =
    [
        new("name", SettingType.Text, "A name of your own: letters, digits, dot, dash, underscore.") { Required = true },
        new("plant", SettingType.Word, "docker-volume: a volume is made and removed; file: a file is; kubernetes-configmap: one that there is not is asked for; external: somebody else plants what POST /api/v1/canaries/NAME gives them.") { Words = Plants, Required = true },
        new("source", SettingType.Text, "The source in whose records it must be found, as 'waterguard sources list' names it.") { Required = true },
        new("at", SettingType.Text, "The engine, as unix:///run/docker.sock, the watched folder, or the kubeconfig of the cluster (inside: the one that the service runs in). All need it but external, which has none."),
        new("namespace", SettingType.Text, "Of kubernetes-configmap: where it is asked for. One that holds nothing, so that who may read there can read nothing.") { Default = DefaultSpace },
        new("every", SettingType.Duration, "How often one is planted; of external ones, how long ago the last may have been.") { Default = "15m", Least = 10, Most = 86_400 * 30 },
        new("within", SettingType.Duration, "After how long it must have come out; not longer than every, but for external ones.") { Default = "2m", Least = 1, Most = 86_400 * 7 },
    ];

    /// <summary>The cluster; null: it is planted elsewhere.</summary>
    public KubernetesCluster? Cluster { get; init; }

    /// <summary>The namespace in the cluster.</summary>
    public string Space { get; init; } = DefaultSpace;

    /// <summary>How it is planted, as the configuration says it.</summary>
    public string Plant => Plants[(int)Kind];

    /// <summary>The keys of each.</summary>
    public static ImmutableArray<Setting> Settings => s_settings;

    /// <summary>Reads <c>canaries:</c>.</summary>
    public static ImmutableArray<CanaryConfiguration> Read(YamlMapping root, DiagnosticBag bag)
    {
        if (root["canaries"] is null) return [];
        if (root["canaries"] is not YamlSequence list)
        {
            bag.Error(ContentCodes.WrongShape, root["canaries"]!.Location, "'canaries' must be a list.");
            return [];
        }

        var all = ImmutableArray.CreateBuilder<CanaryConfiguration>();
        foreach (var item in list.Items)
        {
            if (item is not YamlMapping mapping) bag.Error(ContentCodes.WrongShape, item.Location, "A canary is a mapping: name, plant, source.");
            else if (One(mapping, bag) is not { } canary) continue;
            else if (all.Any(c => c.Name == canary.Name)) bag.Error(ConfigurationCodes.DuplicateName, item.Location, $"Another canary is named '{canary.Name}'.");
            else all.Add(canary);
        }

        return all.ToImmutable();
    }

    private static CanaryConfiguration? One(YamlMapping mapping, DiagnosticBag bag)
    {
        var values = SettingValues.Read(mapping, mapping.Location, s_settings, [], bag);
        if (values.Text("name") is not { } name || values.Text("plant") is not { } plant || values.Text("source") is not { } source) return null;
        // A word that there is not was told of above.
        var kind = (CanaryKind)Math.Max(0, Plants.IndexOf(plant));
        var at = values.Text("at") ?? "";
        if (name.Length > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("name"), $"'{name}' is no name: letters, digits, dot, dash and underscore, at most 64.");
        if (kind != CanaryKind.External && at.Length == 0) bag.Error(ConfigurationCodes.Unusable, mapping.Location, $"A canary that plants '{plant}' needs 'at'.");
        if (kind == CanaryKind.External && at.Length > 0) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("at"), "An external canary is planted by somebody else: leave 'at' out.");
        if (kind == CanaryKind.DockerVolume && at.Length > 0 && !at.StartsWith("unix://", StringComparison.Ordinal)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("at"), "An engine's address begins with unix://.");
        if (kind == CanaryKind.File && at.Length > 0 && !Path.IsPathRooted(at)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("at"), "A folder is named from the root on.");
        if (values.Duration("within") > values.Duration("every") && kind != CanaryKind.External) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("within"), "'within' must not be longer than 'every'.");
        var (isCluster, space) = (kind == CanaryKind.KubernetesConfigMap, values.Text("namespace")!);
        if (isCluster && !KubernetesPath.IsName(space)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("namespace"), $"'{space}' is no name that Kubernetes gives.");
        if (!isCluster && mapping["namespace"] is not null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("namespace"), "'namespace' is for kubernetes-configmap only.");
        return new CanaryConfiguration(name, kind, at, source, values.Duration("every"), values.Duration("within")) { Cluster = isCluster ? ClusterSetting.Read(values, "at", bag) : null, Space = space };
    }
}
