using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Api.Routing;
using Waterguard.Content;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Api.Live;

/// <summary>Runs of playbooks in the service: what people ask for goes on when they do not wait, what was cut off is finished, and what is due is undone. Thread-safe.</summary>
internal sealed class ResponseDesk : IDisposable
{
    /// <summary>How long somebody who asks for steps waits; what takes longer goes on without them.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Task<ResponseRun>> _under = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly ApiParts _parts;
    private readonly ResponderSettings _settings;
    private readonly Responder _responder;

    /// <exception cref="FormatException">An address of the configuration makes no sense any more.</exception>
    public ResponseDesk(ApiParts parts)
    {
        _parts = parts;
        var journal = new DocumentRunJournal(parts.Documents, Told);
        var configuration = parts.Configuration.Response;
        var people = PeopleSteps.Of(parts.Configuration.Notify, parts.Outbox, parts.Incidents, parts.Documents, journal, parts.Time);
        _settings = new ResponderSettings(configuration.Docker, Path.Combine(parts.Configuration.Data, "evidence"), configuration.NeverTouch, configuration.MostPerHour) { Kubernetes = configuration.Kubernetes, Clouds = configuration.Clouds, Content = parts.Configuration.Content.Content, Alert = Alert, Verdicts = rule => Posture.PastVerdicts.Of(parts.Documents, parts.Incidents, rule) };
        _responder = new Responder(_settings, journal, () => parts.Generation, parts.Time, people);
    }

    /// <summary>All actions by name, each with what is missing, and the action where this has it.</summary>
    public async Task<IEnumerable<(ActionReadiness Readiness, IResponseAction? Action)>> ActionsAsync(CancellationToken cancel) =>
        (await ActionReadiness.OfAsync(_settings, _parts.Configuration.Notify, TimeProvider.System, cancel)).Select(r => (r, _responder.Engine.Actions.GetValueOrDefault(r.Name)));

    /// <summary>The runs, newest first.</summary>
    public IEnumerable<ResponseRun> Runs() => _responder.Journal.Runs().Reverse();

    /// <summary>A run; refused where there is none.</summary>
    public ResponseRun Get(string id) => _responder.Journal.Find(id) ?? throw RefusedException.Missing("There is no run of that id.");

    /// <summary>A file that a step of a run has kept; null: there is none of that name.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileStream? Evidence(string run, string name) => RunEvidence.Open(Get(run), _settings.Evidence, name);

    /// <summary>Whether something of it is being done.</summary>
    public bool IsUnderWay(string id) => _under.TryGetValue(id, out var work) && !work.IsCompleted;

    /// <summary>Plans a playbook for an incident.</summary>
    /// <param name="incident">In the contract's form.</param>
    /// <param name="chosen">Kind of entity -> the one that is meant, where the incident names several.</param>
    public Task<ResponseRun> PlanAsync(string id, JsonObject incident, string strategy, Playbook playbook, IReadOnlyDictionary<string, string> chosen, string by, bool isDry)
    {
        var json = incident.ToJsonString();
        var (_, read) = PlaybookSteps.Read(json);
        var entities = read.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        foreach (var (kind, name) in chosen) entities[kind] = [name];
        return SaidAsync(() => _responder.Engine.PlanAsync(id, strategy, PlaybookSteps.Of(playbook, id, entities, json), by, isDry, _end.Token));
    }

    /// <summary>Does what can be done now. Whoever asked may go away meanwhile.</summary>
    /// <param name="only">Only these steps; empty: all.</param>
    public Task<ResponseRun> AdvanceAsync(string run, string by, IReadOnlyCollection<string> only) => UnderWayAsync(run, () => _responder.Engine.AdvanceAsync(run, by, only, _end.Token));

    /// <summary>Puts a step back.</summary>
    public Task<ResponseRun> UndoAsync(string run, string step, string by) => UnderWayAsync(run, () => _responder.Engine.UndoAsync(run, step, by, _end.Token));

    public ResponseRun Approve(string run, string step, string by, string? despite) => Said(() => _responder.Engine.Approve(run, step, by, despite));

    public ResponseRun Keep(string run, string step, string by) => Said(() => _responder.Engine.Keep(run, step, by));

    /// <summary>Finishes what was cut off and undoes what is due, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_every, _parts.Time);
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            do
            {
                await TickAsync(problems, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // A step that is cut off now is finished after the next start.
        }

        await _end.CancelAsync();
        await Task.WhenAll(_under.Values.Select(w => Task.WhenAny(w)));
    }

    public void Dispose()
    {
        _end.Cancel();
        _responder.Dispose();
        _end.Dispose();
    }

    private JsonObject? Alert(string id) => _parts.Alerts.FindAlert(id) is { } stored ? JsonNode.Parse(stored.Json, documentOptions: new JsonDocumentOptions { MaxDepth = 1024 }) as JsonObject : null;

    private async Task TickAsync(Dictionary<string, string> problems, CancellationToken stop)
    {
        try
        {
            foreach (var (run, problem) in await _responder.Engine.TickAsync(stop))
            {
                if (problem is null) problems.Remove(run.Id);
                else if (problems.GetValueOrDefault(run.Id) != problem) _parts.Log.Warn("a run of a playbook cannot be gone on with", ("run", run.Id), ("error", problems[run.Id] = problem));
            }
        }
        catch (Exception e) when (e is StorageUnavailableException or InvalidDataException)
        {
            if (problems.GetValueOrDefault("") != e.Message) _parts.Log.Warn("runs of playbooks cannot be looked at", ("error", problems[""] = e.Message));
        }
    }

    private async Task<ResponseRun> UnderWayAsync(string run, Func<Task<ResponseRun>> act)
    {
        Get(run);
        var begun = Task.Run(act, CancellationToken.None);
        // The second of two waits at the run's gate; what is shown as under way is the last.
        _under[run] = begun;
        _ = begun.ContinueWith(done => _under.TryRemove(KeyValuePair.Create(run, done)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.WhenAny(begun, Task.Delay(Patience, _parts.Time));
        return begun.IsCompleted ? await SaidAsync(() => begun) : Get(run);
    }

    private static ResponseRun Said(Func<ResponseRun> act)
    {
        try
        {
            return act();
        }
        catch (ActionFailedException e)
        {
            throw new RefusedException(409, "Conflict", e.Message);
        }
    }

    private static async Task<ResponseRun> SaidAsync(Func<Task<ResponseRun>> act)
    {
        try
        {
            return await act();
        }
        catch (ActionFailedException e)
        {
            throw new RefusedException(409, "Conflict", e.Message);
        }
    }

    private void Told(ResponseRun run, RunEntry entry)
    {
        _parts.Events.Tell("response", new JsonObject
        {
            ["id"] = run.Id, ["incident"] = run.Incident, ["what"] = entry.What, ["step"] = entry.Step.Length == 0 ? null : entry.Step, ["by"] = entry.Actor, ["revision"] = run.Revision,
        });
        // The step has marked the incident itself.
        if (entry.What == "response.done" && run.Find(entry.Step)?.Step.Action == "escalate") _parts.Events.Tell("incident", new JsonObject { ["id"] = run.Incident, ["what"] = "escalated", ["by"] = run.RequestedBy });
    }
}
