using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Emulation;
using Waterguard.Pipeline;
using Waterguard.Validation;

namespace Waterguard.Api.Live;

/// <summary>Runs recorded scenarios beside the service, one run at a time, and keeps the results of the last. Thread-safe.</summary>
internal sealed class ValidationBoard : IDisposable
{
    private readonly ApiParts _parts;
    private readonly string _file;
    private readonly Lock _lock = new();
    private (int Swaps, Generation Generation, ScenarioCatalog Catalog)? _loaded;
    private CancellationTokenSource? _running;
    private (string Id, int Total, DateTimeOffset Began, string By) _run;
    private int _done;
    private byte[]? _last;

    public ValidationBoard(ApiParts parts)
    {
        (_parts, _file) = (parts, Path.Combine(parts.Configuration.Data, "validation.json"));
        if (File.Exists(_file)) _last = File.ReadAllBytes(_file);
    }

    /// <summary>The results of the last run, as <c>waterguard validate -o json</c>; null: there was none.</summary>
    public byte[]? LastJson
    {
        get
        {
            lock (_lock) return _last;
        }
    }

    /// <summary>The scenarios of the content in use, and that content with all of its rules.</summary>
    public (Generation Generation, ScenarioCatalog Catalog) Loaded
    {
        get
        {
            lock (_lock)
            {
                if (_loaded is not { } known || known.Swaps != _parts.Swaps)
                {
                    var options = _parts.Configuration.Content with { Examples = false };
                    var generation = GenerationLoader.Load(options);
                    _loaded = known = (_parts.Swaps, generation, ScenarioCatalog.Load(generation, options));
                }

                return (known.Generation, known.Catalog);
            }
        }
    }

    /// <summary>How far the run is.</summary>
    public JsonObject Progress()
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["running"] = _running is not null, ["run"] = _run.Id, ["done"] = _done, ["total"] = _run.Total, ["began"] = _run.Id is null ? null : Alerting.Output.AlertJson.Time(_run.Began), ["by"] = _run.By,
                ["last"] = _last is null ? null : JsonNode.Parse(_last),
            };
        }
    }

    /// <summary>Begins a run of some strategies or scenarios, or of all.</summary>
    public JsonObject Begin(IReadOnlyList<string> names, Caller by, Action noted)
    {
        var (generation, catalog) = Loaded;
        var chosen = catalog.Scenarios.Where(s => !s.Scenario.IsLive && (names.Count == 0 || names.Contains(s.Strategy, StringComparer.Ordinal) || names.Contains(s.Scenario.Id, StringComparer.Ordinal))).ToArray();
        if (chosen.Length == 0) throw RefusedException.Missing("No recorded scenario is called so.");
        lock (_lock)
        {
            if (_running is not null) throw new RefusedException(409, "Conflict", "A run is under way.");
            noted();
            _running = new CancellationTokenSource();
            (_run, _done) = ((Tokens.MakeId(), chosen.Length, _parts.Time.GetUtcNow(), by.Name), 0);
            var stop = _running.Token;
            _ = Task.Run(() => Run(generation, chosen, names.Count == 0, stop), CancellationToken.None);
        }

        return Progress();
    }

    /// <summary>Ends a run that is under way, which lets its own go.</summary>
    public void Dispose()
    {
        lock (_lock) _running?.Cancel();
    }

    private void Run(Generation generation, OwnedScenario[] chosen, bool isWhole, CancellationToken stop)
    {
        try
        {
            var started = _parts.Time.GetTimestamp();
            var results = new ImmutableArray<OwnedResult>[chosen.Length];
            PlayAndObserve play = new ScanStage(generation).Play;
            // The service goes on meanwhile: half of the machine is its.
            Parallel.For(0, chosen.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2), CancellationToken = stop }, i =>
            {
                results[i] = ValidationRun.Of([chosen[i]], play, 1, _parts.Time, stop).Results;
                Interlocked.Increment(ref _done);
            });
            using var stream = new MemoryStream();
            ValidationJson.Write(new ValidationRun([.. results.SelectMany(r => r)], _parts.Time.GetUtcNow(), _parts.Time.GetElapsedTime(started)), stream);
            // After a start, what a whole run said is shown again.
            if (isWhole) Keep(stream.ToArray());
            lock (_lock) _last = stream.ToArray();
            _parts.Events.Tell("state", new JsonObject { ["what"] = "validation", ["run"] = _run.Id });
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _parts.Log.Warn("the results of a validation cannot be kept", ("error", e.Message));
        }
        finally
        {
            lock (_lock)
            {
                _running?.Dispose();
                _running = null;
            }
        }
    }

    private void Keep(byte[] json)
    {
        File.WriteAllBytes(_file + ".new", json);
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
