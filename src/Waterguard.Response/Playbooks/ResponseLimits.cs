using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Waterguard.Response.Playbooks;

/// <summary>What holds whoever approves it. Immutable.</summary>
/// <param name="NeverTouch">Names, with <c>*</c> and <c>?</c>, of what no action may be done to.</param>
/// <param name="MostHighPerHour">How many steps of high risk may be done in an hour, over all runs.</param>
public sealed record ResponseLimits(ImmutableArray<string> NeverTouch, int MostHighPerHour = 10)
{
    /// <summary>What no playbook should ever stop: the control planes' own, and ourselves.</summary>
    public static ImmutableArray<string> Usual { get; } = ["kube-system/*", "*/waterguard*", "waterguard*", "registry.k8s.io/pause*", "*/pause:*", "kube-apiserver*", "etcd*"];

    /// <summary>The name that must not be touched, of those given; null: none.</summary>
    public string? Forbidden(IEnumerable<string> names) => names.FirstOrDefault(n => NeverTouch.Any(p => FileSystemName.MatchesSimpleExpression(p, n, ignoreCase: true)));
}
