using System.Collections.Immutable;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Posture;
using Waterguard.Response.Actions;

namespace Waterguard.Responding;

/// <summary>Applies one proposal: to the cluster after a dry run of the server, or as a file of the own content. Refused where it was not checked, or would have hit others, unless that is accepted. What was agreed to is the document by its hash: if
/// the archive has told something else since, it is planned anew. Thread-safe.</summary>
/// <param name="cluster">Null: there is none.</param>
/// <param name="content">The folder of own content, which a service looks after.</param>
internal sealed class ApplyPosture(Postures postures, PostureInCluster? cluster, PostureInContent content) : IResponseAction
{
    /// <summary>The input that chooses among proposals, by name.</summary>
    public const string Chosen = "proposal";

    /// <summary>The input that accepts what speaks against a proposal: <c>doubts</c>.</summary>
    public const string Accept = "accept";

    /// <summary>Where the document is kept.</summary>
    public const string Document = "document";

    /// <summary>Where a file is kept; empty: it goes to the cluster.</summary>
    public const string PathIn = "path";

    public string Name => "posture.apply";

    public ActionRisk Risk => ActionRisk.High;

    public string Permissions => "get, patch, create and delete validatingadmissionpolicies, validatingadmissionpolicybindings and networkpolicies; create, as a dry run, what the incident made; or to write the folder of own content";

    public ImmutableArray<string> Inputs => [Assess.Incident];

    public bool CanUndo => true;

    public async Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        var report = ProposePosture.Report(postures, target, cancel);
        Proposal[] all = [.. report.Proposals.Where(p => p.Kind != ProposalKind.DaemonSettings)];
        if (all.Length == 0) return ActionPlan.Refused(target, report.Proposals.Length > 0 ? "settings of a daemon are changed on its host, and not by this" : "nothing is proposed that could be applied" + string.Concat(report.Notes.Take(1).Select(n => ": " + n)));
        Proposal[] meant = target[Chosen] is { Length: > 0 } name ? [.. all.Where(p => p.Name == name)] : all;
        if (meant is not [var one]) return ActionPlan.Refused(target, $"{(meant.Length == 0 ? "there is no such proposal" : "there are several")}: choose with --set {Chosen}={string.Join(" or ", all.Select(p => p.Name))}");
        if (one.Doubt is { } doubt && target[Accept] != "doubts") return ActionPlan.Refused(target, $"{one.Name}: {doubt}; whoever wants it all the same says --set {Accept}=doubts");
        var memento = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string> { ["uid"] = one.Hash, ["name"] = one.Name, [Document] = one.Document, [PathIn] = one.Path ?? "" });
        var plan = new ActionPlan(target, [], $"{one.KindName} {one.Name} (sha256 {one.Hash[..12]}): {one.Title}", [one.Check.How, .. one.Check.AlsoHit.Select(h => "also " + h), .. one.Doubt is { } accepted ? new[] { "accepted: " + accepted } : []], null, memento);
        if (one.Path is not null) return content.Plan(plan);
        return cluster is null ? ActionPlan.Refused(target, $"{one.Name} is for a cluster, and none was told of") : await cluster.PlanAsync(plan, PostureInCluster.Tried(PostureSubject.Read(target[Assess.Incident]).Events, one), cancel);
    }

    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => IsFile(plan) ? content.Act(plan) : Cluster.ActAsync(plan, cancel);

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => IsFile(plan) ? Task.FromResult(content.Probe(plan)) : Cluster.ProbeAsync(plan, cancel);

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => IsFile(plan) ? content.Undo(plan) : Cluster.UndoAsync(plan, cancel);

    private PostureInCluster Cluster => cluster ?? throw new ActionFailedException("no cluster was told of");

    private static bool IsFile(ActionPlan plan) => plan.Memento[PathIn].Length > 0;
}
