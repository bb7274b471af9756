using System.Globalization;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>A key that used to report, and has not for the time span, while time went on elsewhere. A key that was seen once has no habit to break.</summary>
internal sealed class SilenceWindow(WindowSetting setting, GroupKey key) : KeyWindow(setting, key)
{
    private const int Habit = 3;
    private Trail _trail = new(setting.ReasonNames);
    private string _last = "";

    // How long it was silent is not told: that would depend on when one looks.
    public override void Judge()
    {
    }

    public override void Finish()
    {
    }

    protected override void WriteState(StateWriter writer)
    {
        _trail.Write(writer);
        writer.Text(_last);
    }

    protected override void ReadState(StateReader reader) => (_trail, _last) = (ReadTrail(reader), reader.Text());

    protected override void Advance(long now)
    {
        if (_trail.Count == 0 || now - Setting.Span <= Now) return;
        if (_trail.Count >= Habit) Tell();
        _trail = new Trail(Setting.ReasonNames);
    }

    protected override void Take(Occurrence occurrence)
    {
        _trail.Add(occurrence);
        _last = occurrence.RecordId;
    }

    private void Tell()
    {
        var seconds = TimeSpan.FromTicks(Setting.Span).TotalSeconds;
        var usual = TimeSpan.FromTicks((_trail.End - _trail.Start) / Math.Max(1, _trail.Count - 1)).TotalSeconds;
        Report(_trail, Now + Setting.Span, seconds, [_last], explanation: string.Create(
            CultureInfo.InvariantCulture, $"silent since {At(Now):yyyy-MM-dd HH:mm:ss}Z, for more than {seconds:0.#} s; it had reported {_trail.Count} times, every {usual:0.#} s on average"));
    }
}
