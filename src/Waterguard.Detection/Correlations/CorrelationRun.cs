using System.Runtime.InteropServices;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>The keys of one correlation that live in one shard: takes their occurrences, in order, to findings. A key that nothing comes for is at rest: its state is bytes until something
/// comes, or its time has. Not thread-safe.</summary>
internal sealed class CorrelationRun(CorrelationPlan plan, WindowSetting setting, StateCoding coding)
{
    /// <summary>Keys of a correlation that have state in one shard at once. Beyond, new keys are refused, and counted.</summary>
    public const int MaxKeys = 1 << 16;

    private const int FirstSweep = 1024;
    private const int SweptAtOnce = 32;
    private const int EventsPerStep = 16; // what is put to rest and taken up again costs as much as what it holds

    private readonly Dictionary<UInt128, Slot> _slots = [];
    private readonly List<KeyWindow> _touched = [];
    private readonly List<KeyWindow> _awake = [];
    private readonly Dictionary<UInt128, (long Now, UInt128 Key)> _families = [];
    private long _now = long.MinValue;
    private long _step;
    private int _sweepAt = FirstSweep;
    private long _sweepFrom = long.MinValue;

    /// <summary>How many keys have state.</summary>
    public int Keys => _slots.Count;

    /// <summary>Keys whose state changed, or ended, since they were last taken; null where nobody takes them.</summary>
    public HashSet<UInt128>? Dirty { get; set; }

    /// <summary>The next occurrence, not earlier than the one before.</summary>
    public void Add(GroupKey key, Occurrence occurrence)
    {
        if (occurrence.Ticks > _now) Judge();
        _now = occurrence.Ticks;
        if (Find(key) is not { } window) return;
        window.Add(occurrence);
        window.Step = _step;
        if (window.Touched) return;
        window.Touched = true;
        _touched.Add(window);
        Dirty?.Add(key.Hash);
    }

    /// <summary>Time has gone on: nothing earlier will come. Windows that are over because of it are closed.</summary>
    public void PassTo(long now)
    {
        Judge();
        foreach (var (hash, slot) in _slots)
        {
            if (slot.Deadline > now) continue;
            var window = WindowOf(hash, slot);
            window.PassTo(now);
            Dirty?.Add(hash);
            if (!EndIfOver(hash, window, now)) Note(hash, window);
        }
    }

    /// <summary>A step of the session is over: keys that nothing came for lately are put to rest.</summary>
    public void Rest()
    {
        _step++;
        var kept = 0;
        for (var i = 0; i < _awake.Count; i++)
        {
            var window = _awake[i];
            if (window.IsGone) continue;
            if (_step - window.Step > 1 + (window.Weight / EventsPerStep)) CollectionsMarshal.GetValueRefOrNullRef(_slots, window.Key.Hash) = new Slot(coding.Write(window), window.Deadline);
            else _awake[kept++] = window;
        }

        _awake.RemoveRange(kept, _awake.Count - kept);
    }

    /// <summary>There are no more.</summary>
    public void Finish()
    {
        Judge();
        foreach (var (hash, slot) in _slots)
        {
            var window = WindowOf(hash, slot);
            if (setting.Delivered.Until > long.MinValue) window.PassTo(setting.Delivered.Until);
            window.Finish();
        }

        _slots.Clear();
        _awake.Clear();
    }

    /// <summary>The state of a key as bytes; null: it has none.</summary>
    public byte[]? StateOf(UInt128 hash) => _slots.TryGetValue(hash, out var slot) ? slot.State as byte[] ?? coding.Write((KeyWindow)slot.State) : null;

    /// <summary>Of up to so many keys, how many were looked at and how many of them are ready; none of a type that does not learn.</summary>
    public (int Keys, int Ready) Readiness(int most)
    {
        var (keys, ready) = (0, 0);
        foreach (var slot in _slots.Values.Take(most))
        {
            if ((slot.State as KeyWindow ?? coding.Read(plan, setting, (byte[])slot.State)).IsReady is not { } isReady) return default;
            keys++;
            if (isReady) ready++;
        }

        return (keys, ready);
    }

    /// <summary>All keys that have state.</summary>
    public IEnumerable<UInt128> Hashes => _slots.Keys;

    /// <summary>The keys whose state changed, or ended, since this was last asked.</summary>
    public IReadOnlyCollection<UInt128> TakeDirty()
    {
        if (Dirty is not { Count: > 0 } taken) return [];
        Dirty = []; // its room goes with it
        return taken;
    }

    /// <summary>Takes up what was stored.</summary>
    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public void Restore(byte[] state)
    {
        var window = coding.Read(plan, setting, state);
        _slots[window.Key.Hash] = new Slot(state, window.Deadline);
        Join(window);
        _now = Math.Max(_now, window.Now);
    }

    /// <summary>All events of the last time have come.</summary>
    public void Judge()
    {
        foreach (var window in _touched)
        {
            window.Judge();
            window.Touched = false;
            Join(window);
            Note(window.Key.Hash, window);
        }

        _touched.Clear();
    }

    private KeyWindow? Find(GroupKey key)
    {
        if (_slots.TryGetValue(key.Hash, out var slot) && WindowOf(key.Hash, slot) is var known)
        {
            if (!known.Key.Is(key))
            {
                setting.Counts.KeysRefused++; // another key has the same hash: what they know must not mix
                return null;
            }

            if (!EndIfOver(key.Hash, known, _now)) return known; // whether somebody has looked for those that are over makes no difference
        }

        if (_slots.Count >= _sweepAt && _now >= _sweepFrom) Sweep();
        if (_slots.Count >= MaxKeys)
        {
            setting.Counts.KeysRefused++;
            return null;
        }

        var window = plan.Window(setting, key);
        if (key.HasFamily && _families.TryGetValue(key.Family, out var latest) && _slots.TryGetValue(latest.Key, out var slotOfOther)) Inherit(window, WindowOf(latest.Key, slotOfOther));
        _slots[key.Hash] = new Slot(window, long.MaxValue);
        _awake.Add(window);
        return window;
    }

    // What the other has learnt by now does not depend on whether somebody has looked at it lately.
    private void Inherit(KeyWindow window, KeyWindow other)
    {
        Dirty?.Add(other.Key.Hash);
        if (EndIfOver(other.Key.Hash, other, _now)) return;
        other.PassTo(_now);
        Note(other.Key.Hash, other);
        window.Inherit(other);
    }

    // Of each family, the key that something came for last.
    private void Join(KeyWindow window)
    {
        if (window.Key.HasFamily && (!_families.TryGetValue(window.Key.Family, out var latest) || (window.Now, window.Key.Hash).CompareTo(latest) > 0)) _families[window.Key.Family] = (window.Now, window.Key.Hash);
    }

    private KeyWindow WindowOf(UInt128 hash, Slot slot)
    {
        if (slot.State is KeyWindow awake) return awake;
        var window = coding.Read(plan, setting, (byte[])slot.State);
        window.Step = _step;
        CollectionsMarshal.GetValueRefOrNullRef(_slots, hash) = slot with { State = window };
        _awake.Add(window);
        return window;
    }

    private void Note(UInt128 hash, KeyWindow window) => CollectionsMarshal.GetValueRefOrNullRef(_slots, hash) = new Slot(window, window.Deadline);

    private bool EndIfOver(UInt128 hash, KeyWindow window, long now)
    {
        if (!window.IsOver(now)) return false;
        window.PassTo(now);
        window.Finish();
        window.IsGone = true;
        _slots.Remove(hash);
        if (window.Key.HasFamily && _families.TryGetValue(window.Key.Family, out var latest) && latest.Key == hash) _families.Remove(window.Key.Family);
        return true;
    }

    // Costs as much as the keys that came since the last time.
    private void Sweep()
    {
        Judge();
        PassTo(_now);
        _sweepAt = Math.Min(MaxKeys, Math.Max(FirstSweep, _slots.Count * 2));
        _sweepFrom = _slots.Count < _sweepAt ? long.MinValue : Due();
    }

    // Where there is no room, a look at all keys for each one that is refused would be an attack that works: the next look is worth while when some part of them may be over.
    private long Due()
    {
        var deadlines = _slots.Values.Select(s => s.Deadline).ToArray();
        Array.Sort(deadlines);
        return deadlines[deadlines.Length / SweptAtOnce];
    }

    /// <param name="State">A window, or its bytes.</param>
    /// <param name="Deadline">The first time to which time must go on before anything happens of itself.</param>
    private readonly record struct Slot(object State, long Deadline);
}
