using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Posture.Admission;
using Waterguard.Posture.Network;
using Waterguard.Responding;
using Waterguard.Validation;

namespace Waterguard.Posture;

/// <summary>Proposes what would have prevented or sharpened an incident. Thread-safe.</summary>
/// <param name="data">The data folder with the archive; null: there is none.</param>
/// <param name="folders">Folders of content besides ours, those that are there.</param>
/// <param name="alert">Finds an alert by its id, for incidents that only name theirs.</param>
/// <param name="verdicts">What people have said of incidents with alerts of a rule; null: nobody can tell.</param>
internal sealed class Postures(Func<Generation> content, string? data, ImmutableArray<string> folders, TimeProvider time, Func<string, JsonObject?>? alert = null, Func<string, PastVerdicts>? verdicts = null)
{
    /// <summary>Everything that is proposed for an alert or incident.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public PostureReport Of(string incident, CancellationToken cancel)
    {
        var notes = new List<string>();
        var subject = PostureSubject.Read(incident, alert);
        var others = OtherTimes.Of(data, subject.Time, notes, cancel);
        return Of(subject, others, notes, cancel);
    }

    /// <summary>The same, with other events that are given.</summary>
    public PostureReport Of(PostureSubject subject, ImmutableArray<SeenEvent> others, List<string> notes, CancellationToken cancel)
    {
        if (subject.Events.IsEmpty) notes.Add("it shows no events: nothing can be drawn from it");
        if (AdmissionRequest.All(subject.Events).Any(r => r.Object is null && r.Operation is ("CREATE" or "UPDATE") && !r.Resource.Contains('/', StringComparison.Ordinal))) notes.Add("some audit events do not tell the object that was made: their level is Metadata, or a stage before it was read");
        var (verdict, _) = new Assess(content).Judge(subject.Json);
        List<Proposal> proposals = [.. AdmissionProposals.Of(subject.Events, others), .. NetworkProposals.Of(subject.Events, others, notes), .. DaemonSettings.Of(subject.Events)];
        if (verdict is "suspicious") notes.Add("it is suspicious: nothing that would keep its detection quiet is proposed");
        else if (!subject.Events.IsEmpty) proposals.AddRange(Sharper().Of(subject, notes, cancel));
        if (verdicts is not null && !subject.Events.IsEmpty) proposals.AddRange(Levels(verdicts).Of(subject, notes, cancel));
        return new PostureReport(subject.Id, verdict, subject.Events.Length, others.Length, [.. proposals], [.. notes]);
    }

    // The folder of own content may not be there yet.
    private IEnumerable<string> Folders => folders.Where(Directory.Exists);

    private Sharpening Sharper()
    {
        var generation = content();
        return new Sharpening(generation, () => ScenarioCatalog.Load(generation, ContentOptions.Default with { Content = [.. Folders] }), List, time);
    }

    private LevelChange Levels(Func<string, PastVerdicts> past)
    {
        var (generation, options) = (content(), ContentOptions.Default with { Content = [.. Folders] });
        return new LevelChange(generation, () => ScenarioCatalog.Load(generation, options), () => new ContentFiles(true, Folders), options, past, time);
    }

    private string? List(string name) => new ContentFiles(true, Folders).Below("lists", ".txt").Where(f => f.Path == $"lists/{name}.txt").Select(f => f.Text).FirstOrDefault();
}
