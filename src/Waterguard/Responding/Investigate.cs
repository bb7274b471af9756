using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Waterguard.Investigation;
using Waterguard.Pipeline;
using Waterguard.Response.Actions;
using Waterguard.Storage.Archives;

namespace Waterguard.Responding;

/// <summary>Writes down what the archive has of everybody whom an incident names, from an hour before to an hour after, the silences, and the question for other stores. It reads the incident and the archive, and
/// writes one file beside the evidence. Thread-safe.</summary>
/// <param name="data">The data folder.</param>
/// <param name="folder">Where what was found is kept.</param>
internal sealed class Investigate(string data, string folder, Func<Generation> content) : IResponseAction
{
    private const int MostRecords = 10_000;
    private const string FileIn = "file";

    public string Name => "investigate";

    public ActionRisk Risk => ActionRisk.Read;

    public string Permissions => "nothing but the incident and the archive";

    public ImmutableArray<string> Inputs => [Assess.Incident];

    public bool CanUndo => false;

    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        var subject = Read(target);
        var file = Path.Combine(folder, $"{target.Run}-{target.Step}.txt");
        return Task.FromResult(new ActionPlan(target, [], string.Create(CultureInfo.InvariantCulture, $"look for {subject.Names.Length} names in the archive, and write what it has to {file}"), [], null, ImmutableSortedDictionary<string, string>.Empty.Add(FileIn, file)));
    }

    public Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        var subject = Read(plan.Target);
        var file = plan.Memento[FileIn];
        try
        {
            Directory.CreateDirectory(folder);
            var look = new ArchiveLook(data, content().Sources, subject, DateTimeOffset.MaxValue, ArchiveQuery.DefaultMaxBytes);
            var (deliveries, found) = look.Survey(MostRecords, cancel);
            var unfinished = file + ".part";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(unfinished, options))
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false));
                InvestigationText.Print(subject, deliveries, found, look, writer);
            }

            File.Move(unfinished, file, overwrite: true);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"what was found cannot be written: {e.Message}", e);
        }
    }

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) =>
        Task.FromResult(File.Exists(plan.Memento[FileIn]) ? new ActionProbe(true, $"what was found is in {plan.Memento[FileIn]}") : new ActionProbe(false, "nothing was written"));

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException("an investigation is not undone");

    private static Subject Read(ActionTarget target)
    {
        try
        {
            using var document = JsonDocument.Parse(target[Assess.Incident], new JsonDocumentOptions { MaxDepth = 1024 });
            return Subject.Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new ActionFailedException($"the incident cannot be read: {e.Message}", e);
        }
    }
}
