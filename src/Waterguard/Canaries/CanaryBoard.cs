using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Detection.Matching;
using Waterguard.Service;
using Waterguard.Strategies.State;

namespace Waterguard.Canaries;

/// <summary>How a canary stands.</summary>
/// <param name="Holds">Whether its last marker came out in time; null: the first is under way, or nobody has planted one.</param>
/// <param name="Says">In a sentence.</param>
/// <param name="Took">From planting to detection, of the last one that came out; null: none did.</param>
/// <param name="LateOnes">How many have not come out in time.</param>
internal sealed record CanaryState(CanaryConfiguration Canary, bool? Holds, string Says, DateTimeOffset? Planted, TimeSpan? Took, long CameOut, long LateOnes);

/// <summary>Plants markers in sources and waits for them to come out as detections: a feed that was cut, filtered or delayed shows, also when it still delivers something. Thread-safe.</summary>
internal sealed class CanaryBoard(ImmutableArray<CanaryConfiguration> canaries, TimeProvider time, ServiceLog log)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = canaries.ToDictionary(c => c.Name, c => new Entry(c), StringComparer.Ordinal);
    private long _foreign;

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

    private async Task RunAsync(Entry entry, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_look, time);
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
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    // One canary's markers. Under the board's lock.
    private sealed class Entry(CanaryConfiguration canary)
    {
        private string? _mark;
        private DateTimeOffset? _planted;
        private string? _problem;
        private TimeSpan? _took;
        private bool? _last;
        private long _cameOut, _late;

        public CanaryConfiguration Canary => canary;

        public bool IsDue(DateTimeOffset now) => canary.Kind != CanaryKind.External && (_planted is not { } planted || now - planted >= canary.Every);

        public string Begin(DateTimeOffset now)
        {
            Expire(now);
            // One that is asked for anew before its time counts as nothing: whoever plants may try again.
            (_mark, _planted, _problem) = (CanaryMark.Make(), now, null);
            return _mark;
        }

        public void CouldNot(string problem)
        {
            (_problem, _mark, _last) = (problem, null, false);
            _late++;
        }

        public bool CameOut(string mark, string source, DateTimeOffset now)
        {
            Expire(now);
            if (mark != _mark || source != canary.Source) return false;
            (_mark, _took, _last) = (null, now - _planted, true);
            _cameOut++;
            return true;
        }

        public CanaryState State(DateTimeOffset now)
        {
            Expire(now);
            var isStale = canary.Kind == CanaryKind.External && _last == true && _planted is { } planted && now - planted > canary.Every + canary.Within;
            var holds = isStale ? false : _last;
            var says = _planted is null ? $"the canary '{canary.Name}' was not planted yet"
                : _problem is not null ? $"the canary '{canary.Name}' could not be planted: {_problem}"
                : isStale ? $"the canary '{canary.Name}' was planted last at {_planted:yyyy-MM-dd HH:mm}Z"
                : holds == false ? string.Create(CultureInfo.InvariantCulture, $"the canary '{canary.Name}' did not come out of {canary.Source} within {canary.Within.TotalSeconds:0} s")
                : holds == true ? string.Create(CultureInfo.InvariantCulture, $"the canary '{canary.Name}' came out of {canary.Source} after {_took!.Value.TotalSeconds:0.0} s")
                : $"the first marker of the canary '{canary.Name}' is under way";
            return new CanaryState(canary, holds, says, _planted, _took, _cameOut, _late);
        }

        private void Expire(DateTimeOffset now)
        {
            if (_mark is null || now - _planted <= canary.Within) return;
            (_mark, _last) = (null, false);
            _late++;
        }
    }
}
