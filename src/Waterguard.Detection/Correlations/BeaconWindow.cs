using System.Globalization;
using Waterguard.Detection.Beacons;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>Regular calls of the key within the time span. Judged whenever a fourth more calls have come; as long as the condition holds it is one excursion, and one finding, with
/// the strength that was reached last.</summary>
internal sealed class BeaconWindow(WindowSetting setting, GroupKey key, Thresholds thresholds) : KeyWindow(setting, key)
{
    /// <summary>What is read of a call besides the key.</summary>
    public static readonly string[] Names = ["source.bytes", "destination.ip", "destination.port", "network.protocol"];

    private const int LeastCalls = 4;
    private const double GroupShare = 0.2; // nobody far away is behind the address of a local group
    private readonly BeaconState _calls = new(setting.Span);
    private Trail? _trail;
    private Rhythm _rhythm;
    private double _strength;
    private long _opened;
    private string _anchor = "";
    private string _first = "";
    private (string? Destination, string? Port, string? Protocol) _kind;
    private int _judgeAt = LeastCalls;

    public override void Judge()
    {
        if (_calls.Count >= _judgeAt) Weigh(Now);
    }

    public override void Finish()
    {
        Weigh(Now);
        Close();
    }

    public override int Weight => _calls.Count;

    protected override void WriteState(StateWriter writer)
    {
        _calls.Write(writer);
        writer.Flag(_trail is not null);
        _trail?.Write(writer);
        writer.Text(_first);
        writer.Count(_judgeAt);
        writer.Text(_kind.Destination);
        writer.Text(_kind.Port);
        writer.Text(_kind.Protocol);
        writer.Flag(_strength > 0);
        if (_strength <= 0) return;
        writer.Real(_strength);
        writer.Time(_opened);
        writer.Text(_anchor);
        _rhythm.Write(writer);
    }

    protected override void ReadState(StateReader reader)
    {
        _calls.Read(reader);
        if (reader.Flag()) _trail = ReadTrail(reader);
        (_first, _judgeAt) = (reader.Text(), (int)reader.Count());
        _kind = (reader.TextOrNull(), reader.TextOrNull(), reader.TextOrNull());
        if (!reader.Flag()) return;
        _strength = reader.Real();
        (_opened, _anchor, _rhythm) = (reader.Time(), reader.Text(), Rhythm.Read(reader));
    }

    // Nothing that was is within the time span any more: what comes is another beginning.
    protected override void Advance(long now)
    {
        if (!IsOver(now)) return;
        Finish();
        (_trail, _judgeAt) = (null, LeastCalls);
        _calls.Forget(now);
    }

    protected override void Take(Occurrence occurrence)
    {
        if (_calls.Count == 0) _first = occurrence.RecordId;
        if (!_calls.Add(occurrence.Ticks, Size(occurrence))) Setting.Counts.WindowsCapped++;
        _kind = (occurrence.ValuesOf("destination.ip").FirstOrDefault(), occurrence.ValuesOf("destination.port").FirstOrDefault(), occurrence.ValuesOf("network.protocol").FirstOrDefault());
        (_trail ??= new Trail(Setting.ReasonNames)).Add(occurrence);
    }

    private void Weigh(long now)
    {
        _judgeAt = Math.Max(LeastCalls, _calls.Count + Math.Max(1, _calls.Count / 4));
        var from = Setting.Delivered.From == long.MinValue || Setting.Delivered.From == long.MaxValue ? _calls.First : Setting.Delivered.From;
        var until = Setting.Delivered.Until == long.MinValue ? now : Setting.Delivered.Until;
        var rhythm = _calls.Judge(Math.Max(now, until) - Math.Max(from, now - Setting.Span));
        var strength = rhythm.Strength * (KnownRhythm.IsGroup(_kind.Destination, _kind.Port) ? GroupShare : 1);
        if (!thresholds.Hold(strength))
        {
            Close();
            return;
        }

        // The latest judgement knows most: a few calls can look regular by chance.
        var opens = _strength <= 0;
        if (opens) (_opened, _anchor) = (now, _first);
        (_rhythm, _strength) = (rhythm, strength);
        if (opens) Report(_trail!, _opened, _rhythm.Calls, [_anchor], Math.Round(_strength, 3), Explain(), final: false);
    }

    private void Close()
    {
        if (_strength > 0 && _trail is { } trail) Report(trail, _opened, _rhythm.Calls, [_anchor], Math.Round(_strength, 3), Explain());
        if (_strength > 0) _trail = null;
        _strength = 0;
    }

    private string Explain()
    {
        var known = KnownRhythm.Of(_kind.Destination, _kind.Port, _kind.Protocol) is { } kind ? $"; calls like these are usually {kind}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_rhythm.Calls} calls about every {TimeSpan.FromTicks(_rhythm.Period).TotalSeconds:0.#} s over {_rhythm.Coverage:P0} of the time, {(_rhythm.Sizes < 0 ? "sizes unknown" : string.Create(CultureInfo.InvariantCulture, $"sizes {_rhythm.Sizes:P0} alike"))}: strength {_strength:0.00}{known}");
    }

    private static double Size(Occurrence occurrence) =>
        occurrence.ValuesOf("source.bytes") is [var text, ..] && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var bytes) ? bytes : -1;
}
