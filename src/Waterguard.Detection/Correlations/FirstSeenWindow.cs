using System.Globalization;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>A value that the key has never shown before. Nothing is told until the key has been known for the learning time; what was not seen for the time after which
/// it is forgotten is new again.</summary>
internal sealed class FirstSeenWindow(WindowSetting setting, GroupKey key, FieldNames fields) : KeyWindow(setting, key)
{
    /// <summary>Values that are remembered for a key. Beyond, a value is neither learnt nor told, and counted.</summary>
    public const int MaxValues = 65_536;

    private readonly Dictionary<string, long> _lastSeen = new(StringComparer.Ordinal);
    private readonly long _learn = (setting.Correlation.Extension.Learn ?? TimeSpan.Zero).Ticks;
    private readonly long _forget = setting.Correlation.Extension.Forget?.Ticks ?? long.MaxValue;
    private long _first = long.MaxValue;

    public override bool IsOver(long now) => _forget != long.MaxValue && now - _forget > Now;

    public override void Judge()
    {
    }

    public override void Finish()
    {
    }

    public override int Weight => _lastSeen.Count / 8;

    public override bool? IsReady => _first != long.MaxValue && Now - _first >= _learn;

    public override long Deadline => Beyond(Now, _forget);

    protected override void WriteState(StateWriter writer)
    {
        writer.Time(_first);
        writer.Count(_lastSeen.Count);
        foreach (var (value, last) in _lastSeen)
        {
            writer.Text(value);
            writer.Time(last);
        }
    }

    protected override void ReadState(StateReader reader)
    {
        _first = reader.Time();
        for (var left = reader.Length(); left > 0; left--) _lastSeen[reader.Text()] = reader.Time();
    }

    // A key that was not seen at all for so long is a new one.
    protected override void Advance(long now)
    {
        if (!IsOver(now)) return;
        _lastSeen.Clear();
        _first = long.MaxValue;
    }

    protected override void Take(Occurrence occurrence)
    {
        _first = Math.Min(_first, occurrence.Ticks);
        foreach (var value in fields.Tuples(occurrence))
        {
            var known = _lastSeen.TryGetValue(value, out var last) && (_forget == long.MaxValue || occurrence.Ticks - _forget <= last);
            if (!known && occurrence.Ticks - _first >= _learn) Tell(occurrence, value);
            if (known || _lastSeen.Count < MaxValues || MakeRoom(occurrence.Ticks)) _lastSeen[value] = occurrence.Ticks;
            else Setting.Counts.NotLearnt++;
        }
    }

    private bool MakeRoom(long now)
    {
        if (_forget == long.MaxValue) return false;
        foreach (var (value, last) in _lastSeen)
        {
            if (now - _forget > last) _lastSeen.Remove(value);
        }

        return _lastSeen.Count < MaxValues;
    }

    private void Tell(Occurrence occurrence, string value)
    {
        if (_lastSeen.Count >= MaxValues) return; // it may have been seen and not remembered
        var trail = new Trail(Setting.ReasonNames);
        trail.Add(occurrence);
        var others = string.Join(", ", _lastSeen.OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Take(3).Select(v => v.Key));
        Report(trail, occurrence.Ticks, _lastSeen.Count, [occurrence.RecordId, value], explanation: string.Create(
            CultureInfo.InvariantCulture, $"{value} was never seen here since {At(_first):yyyy-MM-dd HH:mm}Z; {_lastSeen.Count} others were{(others.Length > 0 ? ", last " : "")}{others}"));
    }
}
