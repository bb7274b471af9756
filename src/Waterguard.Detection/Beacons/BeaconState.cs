using Waterguard.Detection.State;

namespace Waterguard.Detection.Beacons;

/// <summary>How regular the calls of one pair are.</summary>
/// <param name="Strength">0 to 1.</param>
/// <param name="Period">The usual time between two calls, in ticks.</param>
/// <param name="Calls">Calls, those that come at once counted as one.</param>
/// <param name="Coverage">Share of the time looked at from the first to the last call.</param>
/// <param name="Sizes">How much alike the sizes are, 0 to 1; -1: no call told its size.</param>
internal readonly record struct Rhythm(double Strength, long Period, int Calls, double Coverage, double Sizes)
{
    public static Rhythm None { get; }

    public static Rhythm Read(StateReader reader) => new(reader.Real(), reader.Number(), (int)reader.Count(), reader.Real(), reader.Real());

    public void Write(StateWriter writer)
    {
        writer.Real(Strength);
        writer.Number(Period);
        writer.Count(Calls);
        writer.Real(Coverage);
        writer.Real(Sizes);
    }
}

/// <summary>The calls of one pair within a time span, and how much better a steady rhythm explains them than chance does. Tolerates jitter and missed calls. Explained in
/// <c>docs/baselines.md</c>. Not thread-safe.</summary>
internal sealed class BeaconState(long span)
{
    /// <summary>Calls that are kept: the latest ones.</summary>
    public const int MaxCalls = 1024;

    private const int LeastIntervals = 3;
    private const int MostMissed = 3;
    private const double MissedShare = 0.15;
    private const double LeastSpread = 0.02;
    private const double MostSpread = 0.35;
    private const double SpreadStep = 1.5;
    private const double Stray = 0.03;
    private const double HalfFit = 0.5;
    private const double HalfProof = 6;
    private const double CoverageWeight = 0.7;
    private const double SizeWeight = 0.15;
    private const double SizesAlone = 0.03;
    private const double SizesUnknown = 0.5; // who tells no sizes says neither that they vary nor that they do not
    private static readonly long AtOnce = TimeSpan.FromSeconds(2).Ticks;

    private readonly List<(long Ticks, float Size)> _calls = [];

    /// <summary>When the first call that counts was.</summary>
    public long First => _calls.Count == 0 ? long.MaxValue : _calls[0].Ticks;

    /// <summary>How many calls are kept.</summary>
    public int Count => _calls.Count;

    /// <summary>One more call, not earlier than the one before.</summary>
    /// <param name="size">Bytes sent; negative when unknown.</param>
    /// <returns>False when the oldest call had to leave early.</returns>
    public bool Add(long ticks, double size)
    {
        Forget(ticks);
        _calls.Add((ticks, (float)size));
        if (_calls.Count <= MaxCalls) return true;
        _calls.RemoveAt(0);
        return false;
    }

    /// <summary>Calls before the time span that ends here are forgotten.</summary>
    public void Forget(long now)
    {
        var gone = 0;
        while (gone < _calls.Count && _calls[gone].Ticks < now - span) gone++;
        if (gone > 0) _calls.RemoveRange(0, gone);
    }

    public void Write(StateWriter writer)
    {
        writer.Count(_calls.Count);
        foreach (var (ticks, size) in _calls)
        {
            writer.Time(ticks);
            // Sizes are whole numbers of bytes as a rule.
            var whole = size is >= 0 and < (1 << 24) && size == (int)size;
            writer.Count(whole ? (long)size + 2 : size < 0 ? 0 : 1);
            if (!whole && size >= 0) writer.Single(size);
        }
    }

    public void Read(StateReader reader)
    {
        for (var left = reader.Length(); left > 0; left--)
        {
            var ticks = reader.Time();
            var size = reader.Count();
            _calls.Add((ticks, size switch { 0 => -1, 1 => reader.Single(), _ => size - 2 }));
        }
    }

    /// <summary>Judges the calls that are kept.</summary>
    /// <param name="looked">How long was looked at, in ticks; at most the time span counts.</param>
    public Rhythm Judge(long looked)
    {
        var times = Calls();
        var intervals = new double[Math.Max(0, times.Count - 1)];
        for (var i = 0; i < intervals.Length; i++) intervals[i] = (times[i + 1] - times[i]) / (double)TimeSpan.TicksPerSecond;
        if (intervals.Length < LeastIntervals) return Rhythm.None;
        var period = Median(intervals);
        var sizes = Alike();
        var covered = (times[^1] - times[0]) / (double)Math.Max(1, Math.Min(span, looked));
        var gain = Gain(intervals, period);
        var fit = gain / intervals.Length;
        var alike = sizes < 0 ? SizesUnknown : sizes;
        var strength = SizesAlone * Math.Max(0, sizes);
        if (fit > 0)
        {
            strength += (1 - SizesAlone) * (fit / (fit + HalfFit)) * (1 - Math.Exp(-gain / HalfProof))
                * (1 - CoverageWeight + (CoverageWeight * Math.Min(1, covered))) * (1 - SizeWeight + (SizeWeight * alike));
        }

        return new Rhythm(strength, (long)(period * TimeSpan.TicksPerSecond), times.Count, Math.Min(1, covered), sizes);
    }

    // With the spread that explains them best, from that of the median on: where times are told in whole seconds, or looked at now and then, more than half of the intervals can be
    // the same and the others still near.
    private static double Gain(double[] intervals, double period)
    {
        var least = Math.Clamp(1.4826 * Median([.. intervals.Select(d => Math.Abs(d - (Math.Max(1, Math.Round(d / period)) * period)) / period)]), LeastSpread, MostSpread);
        var best = double.NegativeInfinity;
        for (var spread = least; spread <= MostSpread; spread *= SpreadStep) best = Math.Max(best, Gain(intervals, period, spread));
        return best;
    }

    // Log-likelihood of a rhythm over that of calls at random with the same mean (a Poisson process): in nats, over all intervals.
    private static double Gain(double[] intervals, double period, double spread)
    {
        var mean = intervals.Average();
        double gain = 0;
        foreach (var interval in intervals)
        {
            double density = 0;
            for (var missed = 0; missed <= MostMissed; missed++)
            {
                var width = spread * period * Math.Sqrt(missed + 1);
                var away = (interval - ((missed + 1) * period)) / width;
                density += (1 - MissedShare) * Math.Pow(MissedShare, missed) * Math.Exp(-0.5 * away * away) / (width * Math.Sqrt(2 * Math.PI));
            }

            var random = Math.Exp(-interval / mean) / mean;
            gain += Math.Log(Math.Max(density * (1 - Stray), random * Stray) / random);
        }

        return gain;
    }

    // A page that opens six connections is one call.
    private List<long> Calls()
    {
        var times = new List<long>(_calls.Count);
        foreach (var (ticks, _) in _calls)
        {
            if (times.Count == 0 || ticks - times[^1] > AtOnce) times.Add(ticks);
        }

        return times;
    }

    private double Alike()
    {
        double[] sizes = [.. _calls.Where(c => c.Size >= 0).Select(c => (double)c.Size)];
        if (sizes.Length == 0) return -1;
        var usual = Median(sizes);
        var away = Median([.. sizes.Select(s => Math.Abs(s - usual))]);
        return away <= 0 ? 1 : usual <= 0 ? 0 : 1 - Math.Min(1, away / usual);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values = [.. values]);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
