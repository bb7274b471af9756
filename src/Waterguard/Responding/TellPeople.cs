using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Notify;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>Tells people of an incident by channels of one kind, with everything that the run has found so far: the steps <c>notify.*</c>, and the half of <c>escalate</c> that talks. What is to be told is kept in the store, from
/// which the service delivers it. Thread-safe.</summary>
/// <param name="name">As playbooks call it.</param>
/// <param name="kind">Of the notification: <c>response</c> or <c>handover</c>.</param>
/// <param name="channels">The channels that are told of an incident, by its id.</param>
internal sealed class TellPeople(string name, string kind, Func<string, ImmutableArray<string>> channels, IOutbox outbox, IRunJournal journal, TimeProvider time) : IResponseAction
{
    /// <summary>The input with the incident's id.</summary>
    public const string Id = "id";

    /// <summary>The input that chooses among the channels; empty: all of them.</summary>
    public const string Channel = "channel";

    public string Name => name;

    public ActionRisk Risk => ActionRisk.Low;

    public string Permissions => "to send by the channels of the configuration";

    public ImmutableArray<string> Inputs => [Id];

    public bool CanUndo => false;

    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        var meant = Meant(target);
        if (target[Channel] is { Length: > 0 } wanted && meant.IsEmpty) return Task.FromResult(ActionPlan.Refused(target, $"the configuration has no channel '{wanted}' for {name}"));
        return Task.FromResult(meant.IsEmpty
            ? ActionPlan.Refused(target, $"the configuration has no channel for {name}: see docs/notifications.md")
            : new ActionPlan(target, [], $"tell {string.Join(", ", meant)}, with what was found so far", [], null, ImmutableSortedDictionary<string, string>.Empty));
    }

    public Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        try
        {
            var (incident, found, now) = (plan.Target[Id], Found(plan.Target), time.GetUtcNow());
            var before = outbox.NotificationsOf(incident).Select(Notification.Read).ToArray();
            outbox.Keep([.. Meant(plan.Target).Where(c => Kept(plan.Target, c) is null).Select(channel =>
                Notification.OfStep(incident, channel, Step(plan.Target), before.Where(b => b.Channel == channel).Select(b => b.Said.Number + 1).DefaultIfEmpty().Max(), kind, $"the step '{plan.Target.Step}' of {plan.Target.Run} sends it", found, now).Stored())]);
            return Task.CompletedTask;
        }
        catch (StorageUnavailableException e)
        {
            throw new ActionFailedException("what is to be told could not be kept: " + e.Message, e);
        }
    }

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel)
    {
        try
        {
            var meant = Meant(plan.Target);
            var kept = meant.Select(c => (Channel: c, Notification: Kept(plan.Target, c))).ToArray();
            return Task.FromResult(new ActionProbe(kept.All(k => k.Notification is not null), string.Join(", ", kept.Select(k => $"{k.Channel}: {k.Notification?.State.ToString().ToLowerInvariant() ?? "not told"}"))));
        }
        catch (StorageUnavailableException e)
        {
            throw new ActionFailedException(e.Message, e);
        }
    }

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException("what was told is not taken back");

    private ImmutableArray<string> Meant(ActionTarget target) => target[Channel] is { Length: > 0 } one ? [.. channels(target[Id]).Where(c => c == one)] : channels(target[Id]);

    private StoredNotification? Kept(ActionTarget target, string channel) => outbox.FindNotification(Notification.IdOfStep(target[Id], channel, Step(target)));

    private static string Step(ActionTarget target) => string.Create(CultureInfo.InvariantCulture, $"{target.Run}\n{target.Step}");

    private IReadOnlyList<string> Found(ActionTarget target) =>
        [.. (journal.Find(target.Run)?.Steps ?? []).Where(s => s.State is StepState.Done or StepState.Failed && s.Says.Length > 0 && s.Step.Id != target.Step).Select(s => $"{s.Step.Id}: {s.Says}")];
}
