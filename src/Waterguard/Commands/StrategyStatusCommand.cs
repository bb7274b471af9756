using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Coverage;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sigma;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Strategies;
using Waterguard.Strategies.State;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy status</c>: whether each detection can do what it says, on the telemetry that there is.</summary>
internal static class StrategyStatusCommand
{
    private const int MostReasons = 12;

    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Telemetry: files or folders; without, what a service has received (--config)", Arity = ArgumentArity.ZeroOrMore };
        var config = new Option<string?>("--config") { Description = "The configuration of a service: what it has received, also while it runs", HelpName = "FILE" };
        var last = new Option<string>("--last") { Description = "With --config: how far back: 30m, 24h, 7d", HelpName = "DURATION", DefaultValueFactory = _ => "24h" };
        var silent = new Option<string>("--silent-after") { Description = "With --config: a source that has not delivered for longer is silent", HelpName = "DURATION", DefaultValueFactory = _ => "10m" };
        var strategy = new Option<string[]>("--strategy") { Description = "Only this strategy (repeatable)", HelpName = "NAME" };
        var results = new Option<string?>("--results") { Description = "What the last validation wrote: waterguard validate --results FILE", HelpName = "FILE" };
        var content = ContentArguments.Create();
        var output = RulesCommand.OutputOption();
        var command = new Command("status", "Tell which strategies and detections are ARMED, DEGRADED or BLIND, and why") { paths, config, last, silent, strategy, results, output };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(
            new Request(parsed.GetValue(paths) ?? [], parsed.GetValue(config), parsed.GetRequiredValue(last), parsed.GetRequiredValue(silent), parsed.GetValue(strategy) ?? [], parsed.GetValue(results), content.Read(parsed), parsed.GetValue(output) == "json"), cancel)));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        if (request.Paths.Length > 0 == request.Config is not null) return ExitCodes.Refuse("strategy status: either telemetry in files, or --config of a service");
        if (!Duration.TryParse(request.Last, out var span)) return ExitCodes.Refuse($"--last {request.Last}: is no duration such as 30m, 24h or 7d");
        if (!Duration.TryParse(request.Silent, out var silentAfter)) return ExitCodes.Refuse($"--silent-after {request.Silent}: is no duration such as 30s, 10m or 1h");
        try
        {
            var options = request.Content;
            Configuration.ServiceConfiguration? configuration = null;
            if (request.Config is { } file)
            {
                if (ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (read, _)) return ExitCodes.Usage;
                (configuration, options) = (read, read.Content);
            }

            var catalog = StrategyCatalog.Load(options);
            var bag = new DiagnosticBag();
            var assumptions = catalog.Folders.ToDictionary(f => f.Name, f => AssumptionLoader.Load(f.In("assumptions").Select(a => (a.Name, a.Text)), bag), StringComparer.Ordinal);
            Findings.Print([.. catalog.Generation.Diagnostics, .. bag.ToSorted()], onlyErrors: true);
            if (request.Strategies.FirstOrDefault(s => catalog.Find(s) is null) is { } unknown) return ExitCodes.Refuse($"there is no strategy '{unknown}'. There are: {string.Join(", ", catalog.Folders.Select(f => f.Name))}");
            var seen = Observe(request, catalog, configuration, (span, silentAfter), assumptions.Values.SelectMany(a => a).Where(a => a is { Source: not null, Field: not null }).ToLookup(a => a.Source!, a => a.Field!, StringComparer.Ordinal), cancel);
            StrategyState[] states =
            [
                .. catalog.Folders.Where(f => request.Strategies.Length == 0 || request.Strategies.Contains(f.Name, StringComparer.Ordinal))
                    .Select(f => StrategyState.Of(f.Name, Observing.Detections(catalog.Generation, f.Name), assumptions[f.Name], seen)),
            ];
            Write(states, seen, catalog, request.Json);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static Observations Observe(Request request, StrategyCatalog catalog, Configuration.ServiceConfiguration? configuration, (TimeSpan Back, TimeSpan Silent) times, ILookup<string, string> also, CancellationToken cancel)
    {
        var (generation, now) = (catalog.Generation, TimeProvider.System.GetUtcNow());
        var validation = request.Results is { } results ? Observing.Validation(generation, File.ReadAllBytes(results)) : ImmutableDictionary<string, ValidationSeen>.Empty;
        var telemetry = Telemetry.Load(configuration?.Content.Content ?? request.Content.Content);
        if (configuration is not null)
        {
            var report = new LiveCoverage(generation, telemetry, configuration, also).Make(now - times.Back, now, cancel);
            using var store = StoreOpening.Open(configuration);
            var readiness = store.StateOf("") is { } state ? LiveCorrelations.ReadinessOf(generation, state) : ImmutableDictionary<string, (long, double)>.Empty;
            return Observing.Of(generation, report, readiness, validation, now, times.Silent);
        }

        var inputs = ScanInput.Of(request.Paths);
        using var progress = ScanProgress.Start(inputs);
        using var spool = new RawSpool();
        var coverage = CoverageReport.Make(generation, telemetry, inputs, progress, cancel, also);
        var scan = Scan.Run(generation, inputs, new ScanOptions(null, Environment.ProcessorCount, Level.Critical), spool, progress, cancel);
        return Observing.Of(generation, coverage, scan.Correlations.Readiness, validation, now);
    }

    private static void Write(StrategyState[] states, Observations seen, StrategyCatalog catalog, bool json)
    {
        if (json)
        {
            using var stdout = Console.OpenStandardOutput();
            StrategyStateJson.Write(states, seen, name => SuppressionsOf(catalog, name), stdout);
            return;
        }

        foreach (var state in states)
        {
            Console.Out.WriteLine($"{StrategyStateJson.Name(state.State),-9} {state.Strategy}: {state.Count(Armament.Armed)} detections armed, {state.Count(Armament.Degraded)} degraded, {state.Count(Armament.Blind)} blind");
            foreach (var reasons in state.Detections.SelectMany(d => d.Reasons).GroupBy(r => (r.State, r.Text)).OrderByDescending(g => g.Key.State).ThenByDescending(g => g.Count()).ThenBy(g => g.Key.Text, StringComparer.Ordinal).Take(MostReasons))
                Console.Out.WriteLine($"  {StrategyStateJson.Name(reasons.Key.State),-9} {reasons.Count(),3} detections: {reasons.Key.Text}");
            foreach (var assumption in state.Assumptions) Console.Out.WriteLine($"  {(assumption.Holds switch { true => "holds", false => "FAILS", _ => "unseen" }),-9} {assumption.Assumption.Id}: {assumption.Observed}");
        }
    }

    private static IEnumerable<KnownBenign> SuppressionsOf(StrategyCatalog catalog, string strategy) =>
        catalog.Generation.Suppressions.Where(s => s.Location.File.StartsWith($"strategies/{strategy}/", StringComparison.Ordinal));

    private sealed record Request(string[] Paths, string? Config, string Last, string Silent, string[] Strategies, string? Results, ContentOptions Content, bool Json);
}
