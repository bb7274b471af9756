using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Coverage;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Storage;
using Waterguard.Strategies;
using Waterguard.Strategies.Coverage;
using Waterguard.Strategies.State;

namespace Waterguard.Api.Live;

/// <summary>Whether strategies and detections can do what they say, by what the service received in the last day. Found out beside judging, again and again; readers get the last answer. Thread-safe.</summary>
internal sealed class StrategyBoard(ApiParts parts, ValidationBoard validation)
{
    private static readonly TimeSpan s_back = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_silentAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private (int Swaps, StrategyCatalog Catalog)? _catalog;
    private volatile Seen? _seen;
    private Found? _found;
    private volatile bool _runs;
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The strategies as documents, of the content in use.</summary>
    public StrategyCatalog Catalog
    {
        get
        {
            lock (_lock)
            {
                if (_catalog is var (swaps, known) && swaps == parts.Swaps) return known;
                var loaded = (parts.Swaps, StrategyCatalog.Load(parts.Configuration.Content));
                _catalog = loaded;
                return loaded.Item2;
            }
        }
    }

    /// <summary>The last answer; null: nobody has looked yet.</summary>
    public Seen? Last => _seen;

    /// <summary>The last answer; soon after a start it is waited for, a while.</summary>
    public async Task<Seen?> SoonAsync(CancellationToken cancel)
    {
        if (!_runs) return _seen;
        try
        {
            await _first.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
        }
        catch (TimeoutException)
        {
            // The journal is long: whoever asks is told that nobody knows yet.
        }

        return _seen;
    }

    /// <summary>A canary stands otherwise: what was seen last is judged anew with it.</summary>
    public void Hurry() => Volatile.Read(ref _asked).TrySetResult();

    /// <summary>Looks, again and again, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _runs = true;
        while (!stop.IsCancellationRequested)
        {
            var started = parts.Time.GetTimestamp();
            try
            {
                await Task.Run(() => Look(stop), stop);
                _first.TrySetResult();
                // Looking costs what it costs: never more than a twentieth of one core.
                var pause = parts.Time.GetElapsedTime(started) * 20;
                await WaitAsync(pause > s_every ? pause : s_every, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is StorageUnavailableException or IOException or InvalidDataException or UnauthorizedAccessException or JsonException)
            {
                parts.Log.Warn("the state of strategies could not be found out", ("error", e.Message));
                await Task.Delay(s_every, parts.Time, CancellationToken.None).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken stop)
    {
        var rest = Task.Delay(pause, parts.Time, stop);
        while (await Task.WhenAny(rest, Volatile.Read(ref _asked).Task) != rest)
        {
            Volatile.Write(ref _asked, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Judge();
        }

        await rest;
    }

    private void Look(CancellationToken stop)
    {
        var (catalog, generation, now) = (Catalog, parts.Generation, parts.Time.GetUtcNow());
        var bag = new DiagnosticBag();
        var assumptions = catalog.Folders.ToDictionary(f => f.Name, f => AssumptionLoader.Load(f.In("assumptions").Select(a => (a.Name, a.Text)), bag), StringComparer.Ordinal);
        var also = assumptions.Values.SelectMany(a => a).Where(a => a is { Source: not null, Field: not null }).ToLookup(a => a.Source!, a => a.Field!, StringComparer.Ordinal);
        var report = new LiveCoverage(generation, Telemetry.Load(parts.Configuration.Content.Content), parts.Configuration, also).Make(now - s_back, now, stop);
        var readiness = parts.Store.StateOf("") is { } state ? LiveCorrelations.ReadinessOf(generation, state) : ImmutableDictionary<string, (long, double)>.Empty;
        var results = validation.LastJson is { } last ? Observing.Validation(generation, last) : ImmutableDictionary<string, ValidationSeen>.Empty;
        var observed = Observing.Of(generation, report, readiness, results, now, s_silentAfter);
        _found = new Found(now, catalog, generation, assumptions, observed, report);
        Judge();
    }

    // What records tell is costly to find out, and canaries are not.
    private void Judge()
    {
        if (_found is not var (at, catalog, generation, assumptions, known, report)) return;
        var observed = known with { Checks = parts.Canaries?.Checks(assumptions.Values.SelectMany(a => a)) ?? ImmutableDictionary<string, CheckSeen>.Empty };
        ImmutableArray<StrategyState> states = [.. catalog.Folders.Select(f => StrategyState.Of(f.Name, Observing.Detections(generation, f.Name), assumptions[f.Name], observed))];
        using var stream = new MemoryStream();
        StrategyStateJson.Write(states, observed, name => SuppressionsOf(name), stream);
        var json = JsonNode.Parse(stream.ToArray())!.AsObject();
        var before = _seen;
        _seen = new Seen(at, states, json, report);
        foreach (var one in states.Where(s => before is null || before.States.FirstOrDefault(b => b.Strategy == s.Strategy)?.State != s.State))
            parts.Events.Tell("state", new JsonObject { ["what"] = "strategy", ["strategy"] = one.Strategy, ["state"] = StrategyStateJson.Name(one.State) });
    }

    private IEnumerable<KnownBenign> SuppressionsOf(string strategy) => parts.Generation.Suppressions.Where(s => s.Location.File.StartsWith($"strategies/{strategy}/", StringComparison.Ordinal));

    // What canaries are judged with: all that was found out when it was looked last.
    private sealed record Found(DateTimeOffset At, StrategyCatalog Catalog, Generation Generation, IReadOnlyDictionary<string, ImmutableArray<Assumption>> Assumptions, Observations Observed, CoverageReport Report);

    /// <summary>What was seen at one time.</summary>
    /// <param name="Json">In the form of <c>waterguard strategy status -o json</c>. Not to be changed.</param>
    internal sealed record Seen(DateTimeOffset At, ImmutableArray<StrategyState> States, JsonObject Json, CoverageReport Report)
    {
        /// <summary>How well a detection can do its work.</summary>
        public CoverageState StateOf(string id) => States.SelectMany(s => s.Detections).FirstOrDefault(d => d.Detection.Id == id)?.State switch
        {
            Armament.Armed => CoverageState.Armed,
            Armament.Degraded => CoverageState.Degraded,
            Armament.Blind => CoverageState.Blind,
            _ => CoverageState.None,
        };
    }
}
