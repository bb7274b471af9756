using System.Globalization;
using Waterguard.Detection.Baselines;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>A measure of the key that leaves its learnt range: each value as it comes, or the count, the distinct values or the sum of each bucket when it is over. One
/// finding for each sample that meets the condition; those of one excursion carry its name.</summary>
internal sealed class BaselineWindow : KeyWindow
{
    /// <summary>By what a rollout is told.</summary>
    public const string Image = "container.image.name";

    /// <summary>What a key has learnt is forgotten when nothing has come for it for this long: longer than from one monthly job to the next. Containers that are gone make room.</summary>
    public static readonly TimeSpan Forget = TimeSpan.FromDays(35);

    private const int ExcursionSamples = 12;
    private const int MaxEmptyBuckets = 4096;
    private static readonly long s_forget = Forget.Ticks;
    private readonly FieldNames _fields;
    private readonly Thresholds _thresholds;
    private readonly BaselineState _state;
    private readonly string _kind;
    private readonly long _bucket;
    private readonly bool _inherits;
    private BaselineWindow? _other;
    private string _image = "";
    private bool _hasInherited;
    private HashSet<string>? _values;
    private Trail? _trail;
    private long _opened = long.MinValue;
    private double _measured;
    private string _lastRecord = "";
    private string? _excursion;
    private int _quiet;

    public BaselineWindow(WindowSetting setting, GroupKey key, FieldNames fields, Thresholds thresholds)
        : base(setting, key)
    {
        (_fields, _thresholds) = (fields, thresholds);
        var extension = setting.Correlation.Extension;
        _kind = extension.MeasureKind ?? "count";
        _bucket = extension.Bucket?.Ticks ?? 0;
        _inherits = !extension.Inherit.IsEmpty;
        var season = extension.Season switch { "1d" => 24, "1w" => 168, _ => 0 };
        var direction = extension.Direction switch { "up" => Direction.Up, "down" => Direction.Down, _ => Direction.Both };
        _state = new BaselineState(new BaselineSetting(direction, season, (extension.Learn ?? TimeSpan.Zero).Ticks));
    }

    public override long Deadline => _bucket > 0 && _trail is not null ? _opened + _bucket : Beyond(Now, s_forget); // empty buckets can wait for the next event

    public override bool IsOver(long now) => now - s_forget > Now;

    public override void Judge()
    {
    }

    public override void Finish()
    {
        // A bucket that nobody saw the end of is not judged.
        if (_bucket > 0 && _trail is not null && Setting.Delivered.To >= _opened + _bucket) CloseBucket();
    }

    public override bool? IsReady => _state.IsReady(Now);

    public override void Inherit(KeyWindow other) => _other = (BaselineWindow)other;

    protected override void WriteState(StateWriter writer)
    {
        if (_inherits)
        {
            writer.Text(_image);
            writer.Flag(_hasInherited);
        }

        _state.Write(writer);
        writer.Time(_opened);
        writer.Real(_measured);
        writer.Flag(_trail is not null);
        _trail?.Write(writer);
        writer.Text(_lastRecord);
        writer.Text(_excursion);
        writer.Count(_quiet);
        writer.Count(_values?.Count ?? 0);
        foreach (var value in _values ?? []) writer.Text(value);
    }

    protected override void ReadState(StateReader reader)
    {
        if (_inherits) (_image, _hasInherited) = (reader.Text(), reader.Flag());
        _state.Read(reader);
        (_opened, _measured) = (reader.Time(), reader.Real());
        if (reader.Flag()) _trail = ReadTrail(reader);
        (_lastRecord, _excursion, _quiet) = (reader.Text(), reader.TextOrNull(), (int)reader.Count());
        for (var left = reader.Length(); left > 0; left--) (_values ??= new HashSet<string>(StringComparer.Ordinal)).Add(reader.Text());
    }

    protected override void Advance(long now)
    {
        if (_bucket == 0 || _opened == long.MinValue || now < _opened + _bucket) return;
        CloseBucket();
        var empty = ((now - _opened) / _bucket) - 1;
        for (var i = 0; i < Math.Min(empty, MaxEmptyBuckets); i++) Sample(_opened + ((i + 1) * _bucket), 0, null);
        _opened += (empty + 1) * _bucket;
        (_measured, _trail) = (0, null);
        _values?.Clear();
    }

    protected override void Take(Occurrence occurrence)
    {
        _lastRecord = occurrence.RecordId;
        if (_inherits && occurrence.ValuesOf(Image) is [var image, ..]) _image = image;
        if (_other is { } other)
        {
            // Another image is a rollout: how much it uses is learnt anew, how much that may vary is not.
            _hasInherited = _state.Inherit(other._state, anew: _image != other._image);
            _other = null;
        }

        if (_bucket == 0)
        {
            foreach (var number in _fields.Numbers(occurrence, Setting.Counts)) Sample(occurrence.Ticks, (double)number, Trail(occurrence));
            return;
        }

        if (_opened == long.MinValue) _opened = occurrence.Ticks - (occurrence.Ticks % _bucket);
        (_trail ??= new Trail(Setting.ReasonNames)).Add(occurrence);
        switch (_kind)
        {
            case "count": _measured++; break;
            case "sum":
                foreach (var number in _fields.Numbers(occurrence, Setting.Counts)) _measured += (double)number;
                break;
            case "distinct":
                _values ??= new HashSet<string>(StringComparer.Ordinal);
                foreach (var value in _fields.Tuples(occurrence))
                {
                    if (_values.Count < FirstSeenWindow.MaxValues) _values.Add(value);
                    else Setting.Counts.NotLearnt++;
                }

                _measured = _values.Count;
                break;
            default:
                foreach (var number in _fields.Numbers(occurrence, Setting.Counts)) _measured = Math.Max(_measured, (double)number);
                break;
        }
    }

    private Trail Trail(Occurrence occurrence)
    {
        var trail = new Trail(Setting.ReasonNames);
        trail.Add(occurrence);
        return trail;
    }

    private void CloseBucket()
    {
        Sample(_opened + _bucket, _measured, _trail);
        (_measured, _trail) = (0, null);
        _values?.Clear();
    }

    private void Sample(long at, double value, Trail? trail)
    {
        var verdict = _state.Judge(at, value);
        var holds = verdict.Ready && _thresholds.Hold(verdict.Score);
        if (!holds)
        {
            if (++_quiet > ExcursionSamples) _excursion = null;
            return;
        }

        _quiet = 0;
        _excursion ??= _lastRecord;
        if (trail is null) return; // an empty bucket has no event to show: what stops reporting is what silence is for
        Report(trail, Math.Max(at, trail.End), value, [_lastRecord], Math.Round(verdict.Score, 3), Explain(value, verdict), _excursion);
    }

    private string Explain(double value, BaselineVerdict verdict) => string.Create(
        CultureInfo.InvariantCulture,
        $"{value:0.####} where about {verdict.Expected:0.####} is usual, give or take {verdict.Yardstick:0.####}: {verdict.Score:0.0} deviations; learnt from {_state.Samples} samples since {At(_state.Since):yyyy-MM-dd HH:mm}Z{(_hasInherited ? ", those of its predecessor among them" : "")}");
}
