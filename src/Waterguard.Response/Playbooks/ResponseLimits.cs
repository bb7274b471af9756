using System.Collections.Immutable;
using System.IO.Enumeration;
using Waterguard.Response.Actions;

namespace Waterguard.Response.Playbooks;

/// <summary>A name that is on the list of what is never touched.</summary>
/// <param name="IsClaim">Whoever runs it has chosen it: it may not be what the list means.</param>
public sealed record ForbiddenName(string Name, bool IsClaim);

/// <summary>What holds whoever approves it. Immutable.</summary>
/// <param name="NeverTouch">Ids, digests of images (<c>sha256:…</c>) and names, with <c>*</c> and <c>?</c>, of what no action may be done to.</param>
/// <param name="MostHighPerHour">How many steps of high risk may be done in an hour, over all runs.</param>
public sealed record ResponseLimits(ImmutableArray<string> NeverTouch, int MostHighPerHour = 10)
{
    /// <summary>What no playbook should ever stop: the control planes' own, and ourselves.</summary>
    public static ImmutableArray<string> Usual { get; } = ["kube-system/*", "*/waterguard*", "waterguard*", "registry.k8s.io/pause*", "*/pause:*", "kube-apiserver*", "etcd*"];

    /// <summary>The name of what a plan touches that must not be touched; null: none. One that the platform vouches for comes before one that is only claimed.</summary>
    public ForbiddenName? Forbidden(ActionPlan plan)
    {
        ForbiddenName? claimed = null;
        foreach (var name in plan.Names)
        {
            foreach (var pattern in NeverTouch.Where(p => FileSystemName.MatchesSimpleExpression(p, name, ignoreCase: true)))
            {
                if (IsCertain(plan, name, pattern)) return new ForbiddenName(name, IsClaim: false);
                claimed ??= new ForbiddenName(name, IsClaim: true);
            }
        }

        return claimed;
    }

    // Of namespace/name the server vouches for the namespace: an entry that leaves it open is about a name that anybody may choose in a namespace of their own.
    private static bool IsCertain(ActionPlan plan, string name, string pattern) =>
        plan.Certain is not { } certain || (certain.Contains(name, StringComparer.Ordinal) && (!name.Contains('/', StringComparison.Ordinal) || pattern == "*" || pattern.Split('/')[0].IndexOfAny(['*', '?']) < 0));
}
