using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Service;
using Waterguard.Strategies.State;

namespace Waterguard.Canaries;

/// <summary>Plants markers in sources and waits for them to come out as detections: a feed that was cut, filtered or delayed shows, also when it still delivers something. Thread-safe.</summary>
internal sealed class CanaryBoard(ImmutableArray<CanaryConfiguration> canaries, TimeProvider time, ServiceLog log)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PlantedCanary> _entries = canaries.ToDictionary(c => c.Name, c => new PlantedCanary(c), StringComparer.Ordinal);
    private long _foreign;

    /// <summary>Told when a canary stands otherwise than before; before the board is run.</summary>
    public Action<CanaryState> Changed { get; set; } = _ => { };

    /// <summary>Markers that were found and that nobody here has planted, or that came out before.</summary>
    public long Foreign => Interlocked.Read(ref _foreign);

    /// <summary>All canaries as they stand, by name.</summary>
    public IReadOnlyList<CanaryState> States
    {
        get
        {
            lock (_lock) return [.. _entries.Values.Select(e => e.State(time.GetUtcNow())).OrderBy(s => s.Canary.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>What is seen of assumptions on canaries: each stands for the canaries of its source.</summary>
    public ImmutableDictionary<string, CheckSeen> Checks(IEnumerable<Assumption> assumptions)
    {
        var states = States;
        var seen = ImmutableDictionary.CreateBuilder<string, CheckSeen>(StringComparer.Ordinal);
        foreach (var assumption in assumptions.Where(a => a.Check == AssumptionCheck.Canary))
        {
            CanaryState[] its = [.. states.Where(s => s.Canary.Source == assumption.Source && s.Holds is not null)];
            if (its.Length > 0) seen[assumption.Id] = new CheckSeen(its.All(s => s.Holds == true), string.Join("; ", its.Where(s => s.Holds == false).DefaultIfEmpty(its[0]).Select(s => s.Says)));
        }

        return seen.ToImmutable();
    }

    /// <summary>A new marker that somebody else plants; null: there is no external canary of that name.</summary>
    public (string Mark, DateTimeOffset Until)? MarkFor(string name)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out var entry) || entry.Canary.Kind != CanaryKind.External) return null;
            var now = time.GetUtcNow();
            return (entry.Begin(now), now + entry.Canary.Within);
        }
    }

    /// <summary>A record of a canary rule was found.</summary>
    public void Saw(Evidence evidence)
    {
        if (evidence.Raw is not { } raw) return;
        lock (_lock)
        {
            foreach (var mark in CanaryMark.Find(raw.Read()).Distinct(StringComparer.Ordinal))
            {
                if (!_entries.Values.Any(e => e.CameOut(mark, evidence.Source, time.GetUtcNow()))) Interlocked.Increment(ref _foreign);
            }
        }
    }

    /// <summary>Plants, again and again, until it is stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(canaries.Select(c => RunAsync(_entries[c.Name], stop)));

    private async Task RunAsync(PlantedCanary entry, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_look, time);
        CanaryState? told = null;
        bool? before = null;
        try
        {
            do
            {
                string? mark;
                lock (_lock) mark = entry.IsDue(time.GetUtcNow()) ? entry.Begin(time.GetUtcNow()) : null;
                if (mark is not null && await Planting.PlantAsync(entry.Canary, mark, stop) is { } problem)
                {
                    lock (_lock) entry.CouldNot(problem);
                }

                CanaryState now;
                lock (_lock) now = entry.State(time.GetUtcNow());
                if (now.Holds == false && before != false) log.Warn("a canary has not come out", ("canary", now.Canary.Name), ("source", now.Canary.Source), ("reason", now.Says));
                if (now.Holds == true && before == false) log.Info("a canary comes out again", ("canary", now.Canary.Name), ("source", now.Canary.Source));
                before = now.Holds ?? before;
                if (told is not null && told != now) Changed(now);
                told = now;
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }
}
