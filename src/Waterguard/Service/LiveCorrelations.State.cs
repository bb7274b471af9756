using System.Text.Json;
using Waterguard.Detection.Correlations;
using Waterguard.Pipeline;
using Waterguard.Storage;

namespace Waterguard.Service;

/// <content>What is known is stored with the position in the journal, and taken up after a start.</content>
internal sealed partial class LiveCorrelations
{
    private const string HeadPart = "correlations";
    private const string TimesPart = "times";

    /// <summary>What became of the state that was stored; null: there was none.</summary>
    public RestoredState? Restored { get; private set; }

    /// <summary>Why stored state was left aside; null where it was not.</summary>
    public string? Refused { get; private set; }

    /// <summary>How far the learning correlations of a service had come when it last stored what it knows.</summary>
    /// <exception cref="InvalidDataException">The state cannot be read.</exception>
    public static IReadOnlyDictionary<string, (long Keys, double ReadyShare)> ReadinessOf(Generation generation, StoredState state)
    {
        var session = generation.Correlations.Open(_ => { });
        if (state.Parts.TryGetValue(HeadPart, out var head)) session.Restore(new SessionState(head, [.. state.Keys.Select(k => new KeyState(k.Owner, k.Key, k.Value))]));
        return session.Readiness();
    }

    /// <summary>What has changed since this was last asked, to be committed with what was found in it.</summary>
    public StoredState TakeState()
    {
        while (_offered.TryPeek(out var row) && row.Latest < _watermark) _offered.Dequeue();
        var changes = _session.TakeChanges();
        _evidence.Flush();
        var keys = new List<StoredKey>(_stale);
        keys.AddRange(changes.Keys.Select(k => new StoredKey(k.Correlation, k.Key, k.State)));
        _stale = [];
        var times = JsonSerializer.SerializeToUtf8Bytes(new Times(
            _read, _watermark,
            [.. _inputs.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => new InputTimes(
                i.Key, i.Value.Reached, [.. i.Value.Tally.Delivered.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => new SourceTimes(d.Key, d.Value.From, d.Value.To))]))]));
        return new StoredState(
            _offered.TryPeek(out var needed) ? needed.Sequence - 1 : _read,
            new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [HeadPart] = changes.Head, [TimesPart] = times }, keys);
    }

    /// <summary>Goes on from what was stored.</summary>
    /// <returns>After which batch of the journal to read on.</returns>
    public long TakeUp(StoredState state)
    {
        try
        {
            if (!state.Parts.TryGetValue(HeadPart, out var head) || !state.Parts.TryGetValue(TimesPart, out var part)) throw new InvalidDataException("a part of the stored state is missing");
            var times = JsonSerializer.Deserialize<Times>(part.Span) ?? throw new InvalidDataException("the times of the stored state are missing");
            var known = new SessionState(head, [.. state.Keys.Select(k => new KeyState(k.Owner, k.Key, k.Value))]);
            Restored = _session.Restore(known);
            _early.Restore(known);
            _stale = Forgotten(Restored);
            (_watermark, _read) = (times.Watermark, state.Position);
            _replayed = state.Position > 0 ? times.Read : 0; // of another journal nothing was read
            foreach (var input in times.Inputs) TakeUp(input);
            return state.Position;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            Refused = e.Message;
            (_session, _early) = Open();
            _stale = [.. state.Keys.Select(k => k with { Value = null })];
            return 0;
        }
    }

    /// <summary>The census knows again what it knew when the state was stored.</summary>
    public void Recalled()
    {
        if (_watermark > DateTimeOffset.MinValue) Census.WasToldUntil(_watermark + _generation.CensusSettles);
    }

    /// <summary>Goes on with other content. What is known stays, but for correlations that mean something else now. Only when all changes have been stored.</summary>
    public RestoredState Become(Generation generation)
    {
        var (before, latest) = (_session, _early.Latest);
        _generation = generation;
        Census.Become(generation);
        (_session, _early) = Open();
        var restored = _session.GoOnFrom(before);
        _early.GoOnFrom(before, latest);
        foreach (var match in Census.Waiting.Where(m => _generation.UseOf(m.Rule) is { Correlated: true, Decided: false })) _early.Offer(Census.FillIn(match));
        _stale = Forgotten(restored);
        return restored;
    }

    private static StoredKey[] Forgotten(RestoredState restored) => [.. restored.Dropped.Select(k => new StoredKey(k.Correlation, k.Key, null))];

    private void TakeUp(InputTimes input)
    {
        var known = _inputs[input.Name] = new InputTime { Reached = input.Reached };
        foreach (var source in input.Sources)
        {
            known.Tally.Deliver(source.Name, source.From);
            known.Tally.Deliver(source.Name, source.To);
        }
    }

    private sealed record Times(long Read, DateTimeOffset Watermark, InputTimes[] Inputs);

    private sealed record InputTimes(string Name, DateTimeOffset Reached, SourceTimes[] Sources);

    private sealed record SourceTimes(string Name, DateTimeOffset From, DateTimeOffset To);
}
