using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
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
using Waterguard.Watching;

namespace Waterguard.Commands;

/// <summary>By what telemetry the state of strategies is judged: files, or what a service has received.</summary>
/// <param name="Watches">Configurations of integrity tools, as <c>TOOL=FILE</c>.</param>
internal sealed record StateRequest(string[] Paths, string? Config, string Last, string Silent, string? Results, string[] Watches, ContentOptions Content)
{
    /// <summary>Whether any telemetry was named.</summary>
    public bool IsAsked => Paths.Length > 0 || Config is not null;
}

/// <summary>States, what they were judged by, and the content that they are of.</summary>
internal sealed record StatesSeen(StrategyCatalog Catalog, ImmutableArray<StrategyState> States, Observations Seen);

/// <summary>The options by which a command learns the state of strategies, and the answer.</summary>
internal sealed class StateArguments
{
    private readonly Argument<string[]>? _paths;
    private readonly Option<string[]>? _telemetry;
    private readonly Option<string?> _config = new("--config") { Description = "The configuration of a service: what it has received, also while it runs", HelpName = "FILE" };
    private readonly Option<string> _last = new("--last") { Description = "With --config: how far back: 30m, 24h, 7d", HelpName = "DURATION", DefaultValueFactory = _ => "24h" };
    private readonly Option<string> _silent = new("--silent-after") { Description = "With --config: a source that has not delivered for longer is silent", HelpName = "DURATION", DefaultValueFactory = _ => "10m" };
    private readonly Option<string?> _results = new("--results") { Description = "What the last validation wrote: waterguard validate --results FILE", HelpName = "FILE" };
    private readonly Option<string[]> _watches = new("--watches") { Description = "The configuration of an integrity tool, for assumptions on watched paths (repeatable): aide=/etc/aide/aide.conf; tools as in 'sources config'", HelpName = "TOOL=FILE" };
    private readonly ContentArguments _content = ContentArguments.Create();

    /// <param name="asArgument">Whether telemetry is the command's argument; else it is named by <c>--telemetry</c>.</param>
    public StateArguments(Command command, bool asArgument = false)
    {
        if (asArgument) command.Add(_paths = new("PATH") { Description = "Telemetry: files or folders; without, what a service has received (--config)", Arity = ArgumentArity.ZeroOrMore });
        else command.Add(_telemetry = new("--telemetry") { Description = "The state by files or folders of telemetry (repeatable)", HelpName = "PATH" });
        foreach (var option in new Option[] { _config, _last, _silent, _results, _watches }) command.Add(option);
        _content.AddTo(command);
    }

    public StateRequest Read(ParseResult parsed) => new(
        (_paths is null ? parsed.GetValue(_telemetry!) : parsed.GetValue(_paths)) ?? [], parsed.GetValue(_config), parsed.GetRequiredValue(_last), parsed.GetRequiredValue(_silent), parsed.GetValue(_results), parsed.GetValue(_watches) ?? [], _content.Read(parsed));

    /// <summary>Does something with the states; what is wrong with the request, the content or the telemetry is said, and ends it.</summary>
    public static int With(StateRequest request, Func<StatesSeen, int> then, CancellationToken cancel)
    {
        if (request.Paths.Length > 0 && request.Config is not null) return ExitCodes.Refuse("either telemetry in files, or --config of a service");
        if (!Duration.TryParse(request.Last, out var back)) return ExitCodes.Refuse($"--last {request.Last}: is no duration such as 30m, 24h or 7d");
        if (!Duration.TryParse(request.Silent, out var silentAfter)) return ExitCodes.Refuse($"--silent-after {request.Silent}: is no duration such as 30s, 10m or 1h");
        try
        {
            Configuration.ServiceConfiguration? configuration = null;
            if (request.Config is { } file)
            {
                if (ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (read, _)) return ExitCodes.Usage;
                configuration = read;
            }

            var catalog = StrategyCatalog.Load(configuration?.Content ?? request.Content);
            var bag = new DiagnosticBag();
            var assumptions = catalog.Folders.ToDictionary(f => f.Name, f => AssumptionLoader.Load(f.In("assumptions").Select(a => (a.Name, a.Text)), bag), StringComparer.Ordinal);
            Findings.Print([.. catalog.Generation.Diagnostics, .. bag.ToSorted()], onlyErrors: true);
            var also = assumptions.Values.SelectMany(a => a).Where(a => a is { Source: not null, Field: not null }).ToLookup(a => a.Source!, a => a.Field!, StringComparer.Ordinal);
            var watched = WatchedPaths.Check(assumptions.Values.SelectMany(a => a), request.Watches, (configuration?.Content ?? request.Content).Content);
            var seen = Observe(request, catalog.Generation, configuration, (back, silentAfter), also, cancel) with { Checks = watched };
            return then(new StatesSeen(catalog, [.. catalog.Folders.Select(f => StrategyState.Of(f.Name, Observing.Detections(catalog.Generation, f.Name), assumptions[f.Name], seen))], seen));
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

    private static Observations Observe(
        StateRequest request, Generation generation, Configuration.ServiceConfiguration? configuration, (TimeSpan Back, TimeSpan Silent) times, ILookup<string, string> also, CancellationToken cancel)
    {
        var now = TimeProvider.System.GetUtcNow();
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
}
