using System.Collections.Immutable;

namespace Waterguard.Posture.Network;

/// <summary>A pod as policies choose it: by its namespace and labels.</summary>
internal sealed record Party(string Namespace, ImmutableSortedDictionary<string, string> Labels)
{
    // What tells workloads apart, and stays the same over their versions.
    private static readonly string[] s_telling = ["app", "app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/name", "component", "k8s-app", "run"];

    /// <summary>The labels by which its workload is chosen; empty: it bears none that tells it from others.</summary>
    public ImmutableSortedDictionary<string, string> Telling { get; } = Labels.Where(l => s_telling.Contains(l.Key, StringComparer.Ordinal)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Its workload as a person reads it.</summary>
    public string Says => SeenEvent.Printable($"{Namespace}/{string.Join(",", Telling.Select(l => $"{l.Key}={l.Value}"))}");

    /// <summary>Reads an end of a Hubble flow; null: it is no pod of a cluster, or what it tells could be none.</summary>
    public static Party? Of(object? end)
    {
        var space = Plain.TextAt(end, "namespace");
        if (!IsLabel(space)) return null;
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var label in Plain.TextsAt(end, "labels").Where(l => l.StartsWith("k8s:", StringComparison.Ordinal)))
        {
            var parts = label[4..].Split('=', 2);
            if (parts is [var key, var value] && key.Length > 0 && key.Split('/').All(IsLabel) && (value.Length == 0 || IsLabel(value))) labels[key] = value;
        }

        return new Party(space, labels.ToImmutable());
    }

    private static bool IsLabel(string text) =>
        text.Length is > 0 and <= 253 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
