using System.Collections.Immutable;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>For conditions that further events can make false (fewer than, exactly, not): a window starts with an event, lasts the time span, and is judged
/// when it is over. The next starts with the next event. Windows that satisfy the condition one after another are one finding.</summary>
internal sealed class WholeWindow(WindowSetting setting, GroupKey key, Func<Measure> newMeasure) : KeyWindow(setting, key)
{
    private Measure? _measure;
    private Trail _trail = new(setting.ReasonNames);
    private string _firstRecord = "";
    private long _start;
    private Episode? _episode;

    public override void Judge()
    {
    }

    public override void Finish()
    {
        CloseWindow();
        CloseEpisode();
    }

    public override long Deadline => _measure is not null ? Beyond(_start, Setting.Span) : base.Deadline;

    protected override void WriteState(StateWriter writer)
    {
        writer.Flag(_measure is not null);
        if (_measure is not null)
        {
            _measure.Write(writer);
            _trail.Write(writer);
            writer.Text(_firstRecord);
            writer.Time(_start);
        }

        writer.Flag(_episode is not null);
        if (_episode is null) return;
        _episode.Trail.Write(writer);
        writer.Time(_episode.Opened);
        writer.Text(_episode.FirstRecord);
        writer.Real(_episode.Worst);
    }

    protected override void ReadState(StateReader reader)
    {
        if (reader.Flag())
        {
            _measure = newMeasure();
            _measure.Read(reader);
            (_trail, _firstRecord, _start) = (ReadTrail(reader), reader.Text(), reader.Time());
        }

        if (reader.Flag()) _episode = new Episode(ReadTrail(reader), reader.Time(), reader.Text()) { Worst = reader.Real() };
    }

    // What can no longer go on is told at once, however far time has gone on in one step: those who consume it count on that.
    protected override void Advance(long now)
    {
        if (_measure is not null && now - Setting.Span > _start) CloseWindow();
        if (_measure is null && _episode is { } episode && now - Setting.Span > episode.Trail.End) CloseEpisode();
    }

    protected override void Take(Occurrence occurrence)
    {
        var fresh = _measure is null;
        var measure = _measure ?? newMeasure();
        if (!measure.Add(occurrence, Setting.Counts)) return;
        if (fresh) (_measure, _start, _firstRecord, _trail) = (measure, occurrence.Ticks, occurrence.RecordId, new Trail(Setting.ReasonNames));
        _trail.Add(occurrence);
    }

    private void CloseWindow()
    {
        if (_measure is not { } measure) return;
        _measure = null;
        if (!measure.Holds)
        {
            CloseEpisode();
            return;
        }

        if (_episode is { } known && _start - Setting.Span <= known.Trail.End)
        {
            known.Trail.Add(_trail);
            known.Worst = measure.Thresholds.Worse(known.Worst, measure.Number);
            return;
        }

        CloseEpisode();
        _episode = new Episode(_trail, _trail.End, _firstRecord) { Worst = measure.Number };
    }

    private void CloseEpisode()
    {
        if (_episode is { } episode) Report(episode.Trail, episode.Opened, episode.Worst, [episode.FirstRecord]);
        _episode = null;
    }

    private sealed class Episode(Trail trail, long opened, string firstRecord)
    {
        public Trail Trail => trail;

        public long Opened => opened;

        public string FirstRecord => firstRecord;

        public double Worst { get; set; }
    }
}
