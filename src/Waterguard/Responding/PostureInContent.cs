using System.Text;
using Waterguard.Response.Actions;

namespace Waterguard.Responding;

/// <summary>A proposal as a file of the own content: a service that looks after the folder takes it up as every change of content.</summary>
/// <param name="folder">The folder of own content.</param>
internal sealed class PostureInContent(string folder)
{
    private const string Before = "before";
    private const string WasThere = "was_there";

    public ActionPlan Plan(ActionPlan plan)
    {
        var file = FileOf(plan);
        var before = OwnFile.Read(file) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (before is not null && plan.Memento[ApplyPosture.PathIn].Contains("/suppressions/", StringComparison.Ordinal)) return ActionPlan.Refused(plan.Target, $"there is a suppression in {file} already");
        return plan with { Says = $"{plan.Says}; write {file}", Memento = plan.Memento.SetItem(Before, before ?? "").SetItem(WasThere, before is null ? "" : "yes") };
    }

    public Task Act(ActionPlan plan)
    {
        // Somebody may have written it since it was looked at.
        var now = Now(plan);
        if (now != (plan.Memento[WasThere].Length > 0 ? plan.Memento[Before] : null)) throw new ActionFailedException($"{FileOf(plan)} has been changed since it was looked at: plan anew");
        OwnFile.Write(FileOf(plan), Encoding.UTF8.GetBytes(plan.Memento[ApplyPosture.Document]));
        return Task.CompletedTask;
    }

    public ActionProbe Probe(ActionPlan plan) => Now(plan) switch
    {
        null => new ActionProbe(false, "there is no such file"),
        var text when text == plan.Memento[ApplyPosture.Document] => new ActionProbe(true, $"{FileOf(plan)} is as it was proposed; it counts from the next reading of the content"),
        _ => new ActionProbe(false, $"{FileOf(plan)} is not what was proposed"),
    };

    public Task Undo(ActionPlan plan)
    {
        // Another text is somebody else's by now.
        if (Now(plan) != plan.Memento[ApplyPosture.Document]) return Task.CompletedTask;
        if (plan.Memento[WasThere].Length > 0) OwnFile.Write(FileOf(plan), Encoding.UTF8.GetBytes(plan.Memento[Before]));
        else File.Delete(FileOf(plan));
        return Task.CompletedTask;
    }

    private string FileOf(ActionPlan plan) => Path.Combine(folder, plan.Memento[ApplyPosture.PathIn]);

    private string? Now(ActionPlan plan) => OwnFile.Read(FileOf(plan)) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
