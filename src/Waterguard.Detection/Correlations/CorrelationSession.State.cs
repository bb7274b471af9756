using System.Collections.Immutable;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <content>What it knows, taken out and put in again. Matches that wait are not part of it: whoever goes on from it offers them again, and those that were judged are late then.</content>
public sealed partial class CorrelationSession
{
    private const int RecentKept = 4096;

    /// <summary>Everything that it knows.</summary>
    public SessionState State() => Whole([.. Keyed(run => run.Hashes)]);

    /// <summary>What has changed since this was last asked. Needs <see cref="SessionOptions.NotesChanges"/>.</summary>
    public SessionState TakeChanges()
    {
        if (!_options.NotesChanges) throw new InvalidOperationException("the session does not note what changes");
        return Whole([.. Keyed(run => run.TakeDirty())]);
    }

    /// <summary>Goes on from what another session knew. Only before anything else. A correlation that means something else than then starts from nothing.</summary>
    /// <exception cref="InvalidDataException">The head is damaged, or of a later version.</exception>
    public RestoredState Restore(SessionState state)
    {
        var head = SessionHead.Read(state.Head.ToArray(), _options.Raws);
        _words.GoOnFrom(head.Words); // keys that nothing comes for stay as they were written, over any number of starts
        var restarted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var plans = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var stage in head.Stages)
        {
            var plan = Array.FindIndex(_stages, s => s.Plan.Correlation.Header.Id == stage.Id);
            if (plan < 0) restarted[stage.Id] = "there is no such correlation any more";
            else if (_stages[plan].Plan.Meaning != stage.Meaning) restarted[stage.Id] = "it means something else now";
            else Resume(plans[stage.Id] = plan, stage);
        }

        _watermark = head.Watermark;
        foreach (var (record, ticks) in head.Recent) _recent.Restore(record, ticks);
        return Restore(state.Keys, plans, restarted);
    }

    // The head comes last: it has the words that the keys were written with.
    private SessionState Whole(List<KeyState> keys) => new(Head().Write(), keys);

    /// <summary>Goes on from another session, of these or of other rules: also what waits there is taken over. Only before anything else.</summary>
    public RestoredState GoOnFrom(CorrelationSession other)
    {
        var restored = Restore(other.State());
        foreach (var (one, _) in other._waiting.UnorderedItems)
        {
            if (_consumers.ContainsKey(one.RuleId)) _waiting.Enqueue(one, one);
        }

        return restored;
    }

    /// <summary>How far the learning types have come: of the keys of each, how many there are and what share of them has learnt enough for a verdict. Judged by up to a thousand keys.</summary>
    public IReadOnlyDictionary<string, (long Keys, double ReadyShare)> Readiness()
    {
        const int MostOfShard = 16;
        var all = new SortedDictionary<string, (long, double)>(StringComparer.Ordinal);
        for (var plan = 0; plan < _stages.Length; plan++)
        {
            if (_stages[plan].Plan.Correlation.Type is not (CorrelationType.Baseline or CorrelationType.FirstSeen)) continue;
            var runs = _shards.Select(s => s.RunOrNone(plan)).OfType<CorrelationRun>().ToArray();
            var looked = runs.Select(r => r.Readiness(MostOfShard)).ToArray();
            all[_stages[plan].Plan.Correlation.Header.Id] = (runs.Sum(r => (long)r.Keys), looked.Sum(l => l.Keys) is var keys and > 0 ? (double)looked.Sum(l => l.Ready) / keys : 0);
        }

        return all;
    }

    private void Resume(int plan, StageHead stage)
    {
        (_stages[plan].Passed, _stages[plan].Told) = (stage.Passed, stage.Told);
        foreach (var one in stage.Queue)
        {
            if (_stages[plan].Plan.References.ContainsKey(one.RuleId)) _stages[plan].Queue.Enqueue(one, one);
        }
    }

    private RestoredState Restore(IEnumerable<KeyState> keys, Dictionary<string, int> plans, SortedDictionary<string, string> restarted)
    {
        var (restored, damaged) = (0L, 0L);
        var dropped = new List<KeyState>();
        var coding = new StateCoding(_words);
        foreach (var key in keys)
        {
            if (key.State is not { } state) continue;
            if (!plans.TryGetValue(key.Correlation, out var plan))
            {
                dropped.Add(key);
                continue;
            }

            try
            {
                var bytes = state.ToArray();
                _shards[_stages[plan].Plan.ShardOf(coding.KeyOf(_stages[plan].Plan, bytes).Family)].RunOf(plan).Restore(bytes);
                restored++;
            }
            catch (InvalidDataException)
            {
                damaged++;
                dropped.Add(key);
            }
        }

        return new RestoredState(restored, restarted, damaged, dropped);
    }

    private SessionHead Head() => new(
        _words, _watermark,
        [.. _stages.Select(s => new StageHead(
            s.Plan.Correlation.Header.Id, s.Plan.Meaning, s.Passed, s.Told, [.. s.Queue.UnorderedItems.Select(q => q.Element).Order(Occurrence.Order)]))],
        [.. _recent.All.Skip(Math.Max(0, _recent.All.Count - RecentKept))]);

    private IEnumerable<KeyState> Keyed(Func<CorrelationRun, IEnumerable<UInt128>> which)
    {
        foreach (var shard in _shards)
        {
            for (var plan = 0; plan < _stages.Length; plan++)
            {
                if (shard.RunOrNone(plan) is not { } run) continue;
                foreach (var hash in which(run)) yield return new KeyState(_stages[plan].Plan.Correlation.Header.Id, hash, run.StateOf(hash) is { } state ? (ReadOnlyMemory<byte>?)state : null);
            }
        }
    }
}
