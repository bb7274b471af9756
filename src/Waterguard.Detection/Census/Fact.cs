using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>A dated statement of a witness. Immutable.</summary>
/// <param name="Ticks">When it was so, in UTC.</param>
public sealed record Fact(Witness Witness, Subject Subject, Saying Saying, long Ticks, ImmutableArray<KeyValuePair<string, ImmutableArray<string>>> Parts)
{
    private const string Scheme = "://";
    private const string Kubelet = "system:node:";

    /// <summary>The first value of a part; empty where it has none.</summary>
    public string this[string part] => Texts(part) is [var first, ..] ? first : "";

    /// <summary>All values of a part.</summary>
    public ImmutableArray<string> Texts(string part)
    {
        foreach (var (name, values) in Parts)
        {
            if (string.Equals(name, part, StringComparison.Ordinal)) return values;
        }

        return [];
    }

    /// <summary>The same fact with a part more.</summary>
    public Fact With(string part, string value) => this with { Parts = Parts.Add(new(part, [value])) };

    /// <summary>Whether a part has a value.</summary>
    public bool Has(string part) => !Texts(part).IsEmpty;

    /// <summary>The cluster of which it is said; empty where nobody told. An input's own name stands for it where it is all there is.</summary>
    public string Cluster => this[Part.Cluster] is { Length: > 0 } cluster ? cluster : this[Part.Input] is { Length: > 0 } input && this[Part.Host].Length == 0 ? Derived + input : "";

    /// <summary>The machine or engine of which it is said; empty where nobody told.</summary>
    public string Host => Machine(this[Part.Node] is { Length: > 0 } node ? node : this[Part.Host]);

    /// <summary>What runs in it, as one line.</summary>
    public string Command => string.Join(' ', Texts(Part.Command));

    // Names of machines are the same in any case; a kubelet signs with its node's.
    private static string Machine(string name) => (name.StartsWith(Kubelet, StringComparison.Ordinal) ? name[Kubelet.Length..] : name).ToLowerInvariant();

    /// <summary>Whether it only holds the network of a pod.</summary>
    public bool IsSandbox => this[Part.Sandbox] is "sandbox" or "podsandbox" or "true";

    /// <summary>What a name begins with that was derived from an input, because neither record nor label says more.</summary>
    public const string Derived = "input:";

    /// <summary>The container's id without what runtimes write before it.</summary>
    public string ContainerId => this[Part.Container] is var id && id.IndexOf(Scheme, StringComparison.Ordinal) is var at and >= 0 ? id[(at + Scheme.Length)..] : this[Part.Container];

    /// <summary>The image's digest without its name.</summary>
    public string Digest => this[Part.Digest] is var text && text.LastIndexOf("sha256:", StringComparison.Ordinal) is var at and >= 0 ? text[at..] : "";

    /// <summary>Whether the subject shares the network of its machine.</summary>
    public bool OnHostNetwork => this[Part.HostNetwork] is "true" or "True" or "host";
}
