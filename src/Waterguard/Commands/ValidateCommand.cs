using System.CommandLine;
using Waterguard.Content;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Strategies.Playbooks;
using Waterguard.Validation;
using Waterguard.Validation.Live;

namespace Waterguard.Commands;

/// <summary><c>waterguard validate</c>: play the scenarios, and say which detections fire, stay quiet, and are got past.</summary>
internal static class ValidateCommand
{
    public static Command Build()
    {
        var names = new Argument<string[]>("STRATEGY|SCENARIO") { Description = "Strategies, scenarios, or names of scenario files; all without", Arity = ArgumentArity.ZeroOrMore };
        var content = ContentArguments.Create();
        var output = new Option<string?>("--output", "-o") { Description = "table or json", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong("table", "json");
        var junit = new Option<string?>("--junit") { Description = "Write the results as JUnit XML too", HelpName = "FILE" };
        var results = new Option<string?>("--results") { Description = "Write the results as JSON to a file too", HelpName = "FILE" };
        var jobs = new Option<int?>("--jobs") { Description = "Scenarios that are run at once; all cores by default", HelpName = "N" };
        var live = new Option<string?>("--live") { Description = "Run the live scenarios instead, with real containers on a real engine: docker", HelpName = "PLATFORM" };
        live.AcceptOnlyFromAmong("docker");
        var docker = new Option<string>("--docker") { Description = "With --live docker: the engine", HelpName = "ADDRESS", DefaultValueFactory = _ => "unix:///run/docker.sock" };
        var containerd = new Option<string>("--containerd") { Description = "With --live: the socket of containerd", HelpName = "PATH", DefaultValueFactory = _ => "/run/containerd/containerd.sock" };
        var home = new Option<string>("--home") { Description = "With --live: where scenarios keep their files while they run", HelpName = "DIR", DefaultValueFactory = _ => LiveSettings.UsualHome };
        var longer = new Option<bool>("--long") { Description = "With --live: also the scenarios that take minutes" };
        var command = new Command("validate", "Play scenarios: what fires, what stays quiet, what is caught") { names, output, junit, results, jobs, live, docker, containerd, home, longer };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new Request(
            parsed.GetValue(names) ?? [], content.Read(parsed), parsed.GetValue(output), parsed.GetValue(junit), parsed.GetValue(results), parsed.GetValue(jobs), 
            parsed.GetValue(live) is null ? null : new LiveSettings(parsed.GetRequiredValue(docker), parsed.GetRequiredValue(containerd), parsed.GetRequiredValue(home), content.Read(parsed)) { IsPatient = parsed.GetValue(longer) }), cancel)));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        if (request.Jobs is < 1 or > 1024) return ExitCodes.Refuse("--jobs: a number from 1 to 1024");
        try
        {
            var options = request.Content with { Examples = false };
            var generation = GenerationLoader.Load(options);
            var catalog = ScenarioCatalog.Load(generation, options);
            Findings.Print(generation.Diagnostics.Concat(catalog.Diagnostics), onlyErrors: true);
            var chosen = catalog.Scenarios.Where(s => request.Names.Length == 0 || request.Names.Any(n => IsNamed(s, n))).ToArray();
            if (request.Names.FirstOrDefault(n => !catalog.Scenarios.Any(s => IsNamed(s, n))) is { } unknown) return ExitCodes.Refuse($"{unknown}: there is no such strategy or scenario");
            if (request.Live is { } live) return Live(chosen, catalog, generation, live, request, cancel);
            var run = ValidationRun.Of(chosen, new ScanStage(generation).Play, request.Jobs ?? Environment.ProcessorCount, TimeProvider.System, cancel);
            Report(run, request);
            return run.HasMisses || catalog.Diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCodes.Failed : ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Response.Actions.ActionFailedException or Storage.StorageUnavailableException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static int Live(OwnedScenario[] chosen, ScenarioCatalog catalog, Generation generation, LiveSettings settings, Request request, CancellationToken cancel)
    {
        var strategies = Waterguard.Strategies.StrategyCatalog.Load(request.Content);
        var validation = new LiveValidation(
            generation, name => strategies.Find(name)?.Files.FirstOrDefault(f => f.Path == "playbook.yml") is { } file ? PlaybookReader.Read(file.Name, file.Text, new DiagnosticBag()) : null, settings, Console.Error.WriteLine, TimeProvider.System);
        var run = validation.RunAsync([.. chosen.Where(s => s.Scenario.IsLive)], catalog.Scenarios, cancel).GetAwaiter().GetResult();
        Report(run, request);
        return run.HasMisses ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static void Report(ValidationRun run, Request request)
    {
        if (request.Junit is { } junit)
        {
            using var file = File.Create(junit);
            ValidationJUnit.Write(run, file);
        }

        if (request.Results is { } results)
        {
            // Whoever reads the file finds a whole one: the last, or this.
            var next = results + ".new";
            using (var file = File.Create(next)) ValidationJson.Write(run, file);
            File.Move(next, results, overwrite: true);
        }

        if ((request.Output ?? (Console.IsOutputRedirected ? "json" : "table")) == "json")
        {
            using var stdout = Console.OpenStandardOutput();
            ValidationJson.Write(run, stdout);
            stdout.WriteByte((byte)'\n');
            return;
        }

        ValidationText.Write(run, Console.Out);
    }

    private static bool IsNamed(OwnedScenario scenario, string name) =>
        scenario.Strategy == name || scenario.Scenario.Id == name || Path.GetFileNameWithoutExtension(scenario.Scenario.Location.File) == name;

    private sealed record Request(string[] Names, ContentOptions Content, string? Output, string? Junit, string? Results, int? Jobs, LiveSettings? Live);
}
