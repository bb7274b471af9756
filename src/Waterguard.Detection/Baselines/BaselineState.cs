using Waterguard.Detection.State;

namespace Waterguard.Detection.Baselines;

/// <summary>Which way a value must leave its range.</summary>
internal enum Direction
{
    Up,
    Down,
    Both,
}

/// <summary>How a series is learnt.</summary>
/// <param name="SeasonHours">After how many hours the series repeats itself: 24, 168, or 0 for never.</param>
internal sealed record BaselineSetting(Direction Direction, int SeasonHours, long LearnTicks);

/// <summary>What is said of one sample.</summary>
/// <param name="Score">How far out it is: 3 for each doubling of its distance, counted in yardsticks.</param>
/// <param name="Expected">What was expected of it.</param>
/// <param name="Yardstick">The deviation that one sample in five hundred exceeds.</param>
/// <param name="Ready">Whether enough has been seen for a verdict.</param>
internal readonly record struct BaselineVerdict(double Score, double Expected, double Yardstick, bool Ready);

/// <summary>One series: what is expected of it at this time, how far samples stray from that, and so how surprising the next one is. Below a kilobyte. Not thread-safe. The
/// statistics are explained in <c>docs/baselines.md</c>.</summary>
internal sealed class BaselineState(BaselineSetting setting)
{
    private const int Window = 12;
    private const int LeastSamples = 30;
    private const int LeastOfCell = 3;
    private const int Patience = 30;          // so many surprises in a row are the new way of things
    private const int Refresh = 16;
    private const double Keep = 0.9995;
    private const double Tail = 0.998;
    private const double LeastOfWindow = 2.0 / Window; // two samples of an ordinary burst: a mean that hardly moves must not be measured by nothing
    private const double LevelRate = 0.05;
    private const double SlowRate = 0.002;
    private const double CellRate = 0.02;
    private const double Odd = 1.5;           // a sample of at least this surprise is hardly learnt from
    private const uint MostCounted = 100;     // beyond, a sample of the cell counts CellRate: its number is of no use
    private const int SettlingSamples = 3;
    private const double OddShare = 0.25;
    private const double Tiring = 0.97;       // how long a surprise makes the next one less of one
    private const double MostTired = 1;
    private const double Scale = 3;

    private readonly MagnitudeHistogram _ofSample = new(Keep);
    private readonly MagnitudeHistogram _ofWindow = new(Keep);
    private readonly float[] _window = new float[Window];
    private uint[]? _cells; // an hour of the season each: three bytes of its mean, and how many samples it has seen
    private long _since;
    private double _level;
    private double _slow;
    private double _last;
    private double _sampleTail;
    private double _windowTail;
    private double _tired;
    private int _oddInARow;
    private int _settling; // samples until it is judged by what it has inherited
    private bool _anew;

    /// <summary>How many samples were seen.</summary>
    public int Samples { get; private set; }

    /// <summary>When the first one was.</summary>
    public long Since => _since;

    /// <summary>Whether enough has been seen for a verdict.</summary>
    public bool IsReady(long ticks) => Samples > LeastSamples && _settling == 0 && ticks - _since >= setting.LearnTicks;

    /// <summary>Judges a sample by those before it, and then learns it.</summary>
    public BaselineVerdict Judge(long ticks, double value)
    {
        if (_settling > 0) return Settle(ticks, value);
        if (Samples == 0)
        {
            (_since, _level, _slow, _last) = (ticks, value, value, value);
            _window[0] = (float)value;
            Samples = 1;
            return new BaselineVerdict(0, value, 0, Ready: false);
        }

        _window[Samples % Window] = (float)value;
        Samples++;
        var usual = Usual(ticks);
        var mean = MeanOfWindow();
        var ofSample = Math.Min(Away(value, _last), Math.Min(Away(value, _level), Away(value, usual)));
        var ofWindow = Math.Min(Away(mean, usual), Away(mean, _slow));
        var surprise = Surprise(ofSample, ofWindow);
        var verdict = new BaselineVerdict(Scale * surprise / (1 + Math.Min(MostTired, _tired)), usual, _sampleTail, IsReady(ticks));
        _tired = Math.Max(_tired * Tiring, surprise > 1 ? surprise : 0);
        Learn(value, ofSample, ofWindow, surprise, ticks);
        return verdict;
    }

    /// <summary>Writes what was learnt, to the last bit.</summary>
    public void Write(StateWriter writer)
    {
        writer.Count(Samples);
        writer.Time(_since);
        foreach (var number in (double[])[_level, _slow, _last, _sampleTail, _windowTail, _tired]) writer.Real(number);
        writer.Count(_oddInARow);
        writer.Count((_settling * 2) + (_anew ? 1 : 0));
        for (var i = 0; i < Math.Min(Samples, Window); i++) writer.Single(_window[i]);
        _ofSample.Write(writer);
        _ofWindow.Write(writer);
        writer.Count(_cells?.Length ?? 0);
        foreach (var cell in _cells ?? []) writer.Cell(cell);
    }

    /// <summary>Becomes what was written.</summary>
    public void Read(StateReader reader)
    {
        (Samples, _since) = ((int)reader.Count(), reader.Time());
        (_level, _slow, _last, _sampleTail, _windowTail, _tired) = (reader.Real(), reader.Real(), reader.Real(), reader.Real(), reader.Real(), reader.Real());
        _oddInARow = (int)reader.Count();
        var settling = (int)reader.Count();
        (_settling, _anew) = (settling / 2, (settling & 1) != 0);
        for (var i = 0; i < Math.Min(Samples, Window); i++) _window[i] = reader.Single();
        _ofSample.Read(reader);
        _ofWindow.Read(reader);
        var cells = reader.Length();
        if (cells == 0) return;
        if (cells != setting.SeasonHours) throw StateReader.Damaged();
        _cells = new uint[cells];
        for (var i = 0; i < cells; i++) _cells[i] = reader.Cell();
    }

    /// <summary>Begins with what another series has learnt. Only before the first sample.</summary>
    /// <param name="anew">Whether how high it lies is learnt anew: only how much it varies is taken over.</param>
    /// <returns>False where the other has learnt too little to be of use.</returns>
    public bool Inherit(BaselineState other, bool anew)
    {
        if (other.Samples <= LeastSamples) return false;
        var writer = new StateWriter(StateWords.None);
        other.Write(writer);
        Read(new StateReader(writer.Written.ToArray(), StateWords.None));
        (_tired, _oddInARow, _settling, _anew) = (0, 0, SettlingSamples, anew);
        Array.Fill(_window, (float)_level);
        if (anew) _cells = null;
        return true;
    }

    // What just started is busy with starting.
    private BaselineVerdict Settle(long ticks, double value)
    {
        var seen = SettlingSamples - _settling--;
        _window[Samples % Window] = _anew ? (float)value : (float)_level;
        Samples++;
        _last = _anew ? value : _level;
        if (_anew)
        {
            _level += (value - _level) / (seen + 1);
            _slow = _level;
            if (_settling == 0) Array.Fill(_window, (float)_level);
        }

        return new BaselineVerdict(0, Usual(ticks), _sampleTail, Ready: false);
    }

    private double Surprise(double ofSample, double ofWindow)
    {
        if (Samples <= LeastSamples + 1) return 0;
        if (Samples % Refresh == 0 || _sampleTail <= 0 || _windowTail <= 0) (_sampleTail, _windowTail) = (_ofSample.Quantile(Tail), _ofWindow.Quantile(Tail));
        return (Math.Log2(1 + (ofSample / Floor(_sampleTail))) + Math.Log2(1 + (ofWindow / Floor(Math.Max(_windowTail, _sampleTail * LeastOfWindow))))) / 2;
    }

    private void Learn(double value, double ofSample, double ofWindow, double surprise, long ticks)
    {
        _last = value;
        _oddInARow = surprise > Odd ? _oddInARow + 1 : 0;
        var odd = _oddInARow is > 0 and <= Patience;
        _ofSample.Add(ofSample, odd ? OddShare : 1);
        _ofWindow.Add(ofWindow, odd ? OddShare : 1);
        if (odd) return;
        _level += LevelRate * (value - _level);
        _slow += Math.Max(SlowRate, 1.0 / Samples) * (value - _slow);
        if (setting.SeasonHours == 0) return;
        _cells ??= new uint[setting.SeasonHours];
        ref var cell = ref _cells[CellOf(ticks)];
        var count = Math.Min(MostCounted, CountOf(cell) + 1);
        var mean = MeanOf(cell) + (float)(Math.Max(1.0 / count, CellRate) * (value - MeanOf(cell)));
        cell = Packed(mean, count);
    }

    // What this hour of the season has shown; until it has shown enough, what was lately, or without a season what was all along.
    private double Usual(long ticks)
    {
        if (setting.SeasonHours == 0) return _slow;
        return _cells is not null && _cells[CellOf(ticks)] is var cell && CountOf(cell) >= LeastOfCell ? MeanOf(cell) : _level;
    }

    private int CellOf(long ticks) => (int)(ticks / TimeSpan.TicksPerHour % setting.SeasonHours);

    private double MeanOfWindow()
    {
        var count = Math.Min(Samples, Window);
        double sum = 0;
        for (var i = 0; i < count; i++) sum += _window[i];
        return sum / count;
    }

    private double Away(double value, double from) => setting.Direction switch
    {
        Direction.Up => Math.Max(0, value - from),
        Direction.Down => Math.Max(0, from - value),
        _ => Math.Abs(value - from),
    };

    private static uint CountOf(uint cell) => cell & 0xFF;

    private static float MeanOf(uint cell) => BitConverter.UInt32BitsToSingle(cell & 0xFFFF_FF00);

    private static uint Packed(float mean, uint count) => ((float.IsFinite(mean) ? BitConverter.SingleToUInt32Bits(mean) + 0x80 : 0) & 0xFFFF_FF00) | count;

    // A series that never moved has no yardstick: the least step that its own size makes visible is one.
    private double Floor(double tail) => Math.Max(tail, Math.Max(1e-6, 1e-6 * Math.Abs(_slow)));
}
