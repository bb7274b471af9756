using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;
using Waterguard.Strategies;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Commands;

/// <summary><c>waterguard respond</c>: playbooks, planned, approved, run, verified and undone.</summary>
internal static class RespondCommand
{
    public static Command Build() => new("respond", "Plan, approve, run and undo the steps of playbooks")
    {
        Actions(), List(), Plan(),
        Approve(),
        Run(), Show(),
        OfStep("undo", "Put a step back", (responder, run, step, actor, cancel) => responder.Engine.UndoAsync(run, step, actor, cancel)),
        OfStep("keep", "Keep a step in effect beyond its time", (responder, run, step, actor, _) => Task.FromResult(responder.Engine.Keep(run, step, actor))),
        Tick(),
    };

    private static Command Actions()
    {
        var output = RulesCommand.OutputOption();
        var command = new Command("actions", "Print what can be done, its risk, and what is missing to do it now") { output };
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithSettingsAsync(parsed, async (settings, notify) =>
        {
            var all = await ActionReadiness.OfAsync(settings, notify, TimeProvider.System, cancel);
            if (parsed.GetValue(output) == "json") Console.Out.WriteLine(new JsonArray([.. all.Select(a => (JsonNode?)a.Json())]).ToJsonString(new JsonSerializerOptions { Encoder = Alerting.Output.AlertJson.Options.Encoder }));
            else foreach (var one in all) Console.Out.WriteLine($"{one.Name,-26} {one.Least.ToString().ToLowerInvariant(),-5} {(one.WhyNot is null ? "yes" : "no"),-4} {one.Says}{(one.WhyNot is { } missing ? $" Not now: {missing}." : "")}");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Print the runs");
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, (responder, _) =>
        {
            foreach (var run in responder.Journal.Runs())
                Console.Out.WriteLine($"{run.Id}  {run.Created:yyyy-MM-dd HH:mm}Z  {run.Strategy}  {(run.IsDryRun ? "dry run" : $"{run.Steps.Count(s => s.State == StepState.Done)} of {run.Steps.Length} done")}  for {run.Incident}, asked by {run.RequestedBy}");
            return Task.FromResult(ExitCodes.Done);
        }, cancel));
        return command;
    }

    private static Command Plan()
    {
        var file = new Argument<string>("FILE") { Description = "An alert or an incident as JSON; - for standard input" };
        var strategy = new Option<string?>("--strategy") { Description = "Whose playbook; the alert's by default", HelpName = "NAME" };
        var execute = new Option<bool>("--execute") { Description = "A run that may be done; without, a dry run" };
        var set = new Option<string[]>("--set") { Description = "Choose one of several entities: container=ID (repeatable)", HelpName = "KIND=NAME" };
        var command = new Command("plan", "Say what a playbook would do about an alert, and what it would hit; begin a run with --execute") { file, strategy, execute, set };
        var where = new ResponderArguments(command);
        var content = ContentArguments.Create().Content;
        command.Add(content);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, async (responder, actor) =>
        {
            var json = parsed.GetRequiredValue(file) is "-" ? await Console.In.ReadToEndAsync(cancel) : (await File.ReadAllLinesAsync(parsed.GetRequiredValue(file), cancel)).FirstOrDefault(l => l.Length > 0) ?? "";
            var (id, read) = PlaybookSteps.Read(json);
            var entities = read.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
            foreach (var one in (parsed.GetValue(set) ?? []).Select(s => s.Split('=', 2)).Where(s => s.Length == 2)) entities[one[0]] = [one[1]];
            var wanted = parsed.GetValue(strategy) ?? StrategyOf(json);
            if (wanted is null || Playbook(wanted, parsed.GetValue(content) ?? []) is not { } playbook) return ExitCodes.Refuse(wanted is null ? "the alert is of no strategy: name one with --strategy" : $"there is no strategy '{wanted}' with a playbook");
            Print(await responder.Engine.PlanAsync(id, wanted, PlaybookSteps.Of(playbook, id, entities, json), actor, !parsed.GetValue(execute), cancel));
            return ExitCodes.Done;
        }, cancel));
        return command;
    }

    private static Command Run()
    {
        var (run, steps) = (new Argument<string>("RUN"), new Argument<string[]>("STEP") { Description = "Only these steps; all that can be done without", Arity = ArgumentArity.ZeroOrMore });
        var command = new Command("run", "Do what can be done now, and verify it") { run, steps };
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, async (responder, actor) =>
        {
            var after = await responder.Engine.AdvanceAsync(parsed.GetRequiredValue(run), actor, parsed.GetValue(steps) ?? [], cancel);
            Print(after);
            return after.Steps.Any(s => s.State == StepState.Failed) ? ExitCodes.Failed : ExitCodes.Done;
        }, cancel));
        return command;
    }

    private static Command Show()
    {
        var (run, output) = (new Argument<string>("RUN"), RulesCommand.OutputOption());
        var command = new Command("show", "Print a run") { run, output };
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, (responder, _) =>
        {
            if (responder.Journal.Find(parsed.GetRequiredValue(run)) is not { } found) return Task.FromResult(ExitCodes.Refuse($"there is no run '{parsed.GetRequiredValue(run)}'"));
            if (parsed.GetValue(output) == "json") Console.Out.WriteLine(RunJson.Of(found).ToJsonString(new JsonSerializerOptions { Encoder = Alerting.Output.AlertJson.Options.Encoder }));
            else Print(found);
            return Task.FromResult(ExitCodes.Done);
        }, cancel));
        return command;
    }

    private static Command Tick()
    {
        var command = new Command("tick", "Finish what was cut off, and undo what is due");
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, async (responder, _) =>
        {
            var touched = await responder.Engine.TickAsync(cancel);
            foreach (var (run, problem) in touched) Console.Out.WriteLine($"{run.Id}: {problem ?? string.Join(", ", run.Steps.Select(s => $"{s.Step.Id} {RunJson.Word(s.State)}"))}");
            return touched.Any(t => t.Problem is not null) ? ExitCodes.Failed : ExitCodes.Done;
        }, cancel));
        return command;
    }

    private static Command Approve()
    {
        var despite = new Option<string?>("--despite") { Description = "The name on the list of what is never touched that is only a claim, where the step says so", HelpName = "NAME" };
        var (run, step) = (new Argument<string>("RUN"), new Argument<string>("STEP"));
        var command = new Command("approve", "Agree to a step of high risk; whoever asked for the run cannot") { run, step, despite };
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, (responder, actor) =>
        {
            Print(responder.Engine.Approve(parsed.GetRequiredValue(run), parsed.GetRequiredValue(step), actor, parsed.GetValue(despite)));
            return Task.FromResult(ExitCodes.Done);
        }, cancel));
        return command;
    }

    private static Command OfStep(string name, string says, Func<Responder, string, string, string, CancellationToken, Task<ResponseRun>> act)
    {
        var (run, step) = (new Argument<string>("RUN"), new Argument<string>("STEP"));
        var command = new Command(name, says) { run, step };
        var where = new ResponderArguments(command);
        command.SetAction((parsed, cancel) => where.WithAsync(parsed, async (responder, actor) =>
        {
            Print(await act(responder, parsed.GetRequiredValue(run), parsed.GetRequiredValue(step), actor, cancel));
            return ExitCodes.Done;
        }, cancel));
        return command;
    }

    private static void Print(ResponseRun run)
    {
        Console.Out.WriteLine($"{run.Id}{(run.IsDryRun ? " (dry run: nothing is done)" : "")}: {run.Strategy} for {run.Incident}, asked by {run.RequestedBy}");
        foreach (var step in run.Steps)
        {
            var approvals = step.Step.Approvals == 0 ? "" : $", {step.Approvals.Length} of {step.Step.Approvals} approvals";
            Console.Out.WriteLine($"  {step.Step.Id,-20} {RunJson.Word(step.State),-8} {step.Step.Action} ({step.Step.Risk.ToString().ToLowerInvariant()} risk{approvals}): {step.Says}{(step.UndoAt is { } undo ? $"; undone at {undo:yyyy-MM-dd HH:mm}Z" : "")}");
            foreach (var shared in step.Plan?.Shares ?? []) Console.Out.WriteLine($"  {"",-29} also hit: {shared}");
        }
    }

    private static string? StrategyOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("strategy", out var one) && one.ValueKind == JsonValueKind.String) return one.GetString();
        return document.RootElement.TryGetProperty("strategies", out var several) && several.ValueKind == JsonValueKind.Array && several.GetArrayLength() > 0 ? several[0].GetString() : null;
    }

    private static Playbook? Playbook(string strategy, IReadOnlyList<string> content) =>
        StrategyCatalog.Load(Pipeline.ContentOptions.Default with { Content = [.. content] }).Find(strategy) is { } folder && folder.Files.FirstOrDefault(f => f.Path == "playbook.yml") is { Text: { } text } file ? PlaybookReader.Read(file.Path, text, new DiagnosticBag()) : null;
}
