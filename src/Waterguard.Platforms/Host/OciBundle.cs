using System.Text.Json;

namespace Waterguard.Platforms.Host;

/// <summary>What the configuration that a container was started with says of it (OCI runtime specification, <c>config.json</c>).</summary>
/// <param name="Command">What it was to run.</param>
/// <param name="Labels">Labels and annotations that tell of a pod, under the names that the CRI's labels have.</param>
/// <param name="Image">The image's name, where an annotation has it; empty otherwise.</param>
/// <param name="SharesHost">Which of the host's namespaces it shares: <c>pid</c>, <c>network</c>, <c>ipc</c>.</param>
public sealed record OciBundle(string Command, IReadOnlyDictionary<string, string> Labels, string Image, IReadOnlyList<string> SharesHost)
{
    private static readonly string[] s_namespaces = ["pid", "network", "ipc"];

    // Annotations of containerd's CRI plugin and of CRI-O -> the names of the CRI's own labels.
    private static readonly (string Annotation, string Label)[] s_known =
    [
        ("io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"), ("io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"), ("io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"),
        ("io.kubernetes.cri.container-name", "io.kubernetes.container.name"), ("io.kubernetes.cri.container-type", "io.cri-containerd.kind"),
        ("io.kubernetes.pod.uid", "io.kubernetes.pod.uid"), ("io.kubernetes.pod.name", "io.kubernetes.pod.name"), ("io.kubernetes.pod.namespace", "io.kubernetes.pod.namespace"),
        ("io.kubernetes.container.name", "io.kubernetes.container.name"), ("io.kubernetes.cri-o.ContainerType", "io.cri-containerd.kind"),
    ];

    /// <summary>The configuration in a bundle's folder; null: there is none that can be read.</summary>
    public static OciBundle? Read(string folder) => ProcFiles.TextOf(Path.Combine(folder, "config.json")) is { } text ? Parse(text) : null;

    /// <summary>A configuration; null: the text is none.</summary>
    public static OciBundle? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            var command = Under(root, "process", "args") is { ValueKind: JsonValueKind.Array } arguments ? string.Join(' ', arguments.EnumerateArray().Select(a => a.ToString())) : "";
            var annotations = Under(root, "annotations") is { ValueKind: JsonValueKind.Object } given ? given.EnumerateObject().Where(a => a.Value.ValueKind == JsonValueKind.String).DistinctBy(a => a.Name, StringComparer.Ordinal).ToDictionary(a => a.Name, a => a.Value.GetString()!, StringComparer.Ordinal) : [];
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (annotation, label) in s_known)
            {
                if (annotations.TryGetValue(annotation, out var value)) labels.TryAdd(label, value);
            }

            var own = Under(root, "linux", "namespaces") is { ValueKind: JsonValueKind.Array } namespaces ? namespaces.EnumerateArray().Select(n => Under(n, "type") is { ValueKind: JsonValueKind.String } type ? type.GetString()! : "").ToHashSet(StringComparer.Ordinal) : [];
            var image = annotations.GetValueOrDefault("io.kubernetes.cri.image-name") ?? annotations.GetValueOrDefault("io.kubernetes.cri-o.ImageName") ?? "";
            return new OciBundle(command, labels, image, [.. s_namespaces.Where(n => !own.Contains(n))]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Under(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element;
    }
}
