using Waterguard.Detection.State;

namespace Waterguard.Detection.Baselines;

/// <summary>How large the deviations of a series have been, in half octaves, the older ones counting less: a quantile of them is the yardstick for the next one. A few hundred bytes,
/// whatever the length of the series.</summary>
/// <remarks>A logarithmic histogram as in DDSketch (Masson, Rim, Lee, VLDB 2019), here with 24 octaves that move up with the largest value. Not thread-safe.</remarks>
internal sealed class MagnitudeHistogram
{
    private const int Bins = 48;
    private const int PerOctave = 2;
    private const double Least = 1e-12; // below, there is no deviation
    private const float Heavy = 1e12f;

    private readonly double _keep;
    private readonly float[] _weights = new float[Bins];
    private int _lowest = int.MinValue; // which half octave the first bin holds
    private float _weight = 1;          // what the next sample counts: it grows, instead of all others shrinking
    private double _none;
    private double _total;

    /// <param name="keep">What a sample counts after each further one, against that one.</param>
    public MagnitudeHistogram(double keep) => _keep = keep;

    /// <summary>Learns one deviation, at least 0.</summary>
    public void Add(double magnitude, double share = 1)
    {
        _weight = (float)(_weight / _keep);
        if (_weight > Heavy) Shrink();
        var weight = _weight * share;
        _total = (_total * 1.0) + weight;
        if (magnitude < Least)
        {
            _none += weight;
            return;
        }

        var bin = BinOf(magnitude);
        if (_lowest == int.MinValue) _lowest = bin - (Bins / 2);
        if (bin >= _lowest + Bins) MoveUp(bin - (_lowest + Bins) + 1);
        _weights[Math.Max(0, bin - _lowest)] += (float)weight;
    }

    /// <summary>The deviation that this share of the samples does not exceed; 0 before there is any.</summary>
    public double Quantile(double share)
    {
        var above = (1 - share) * _total;
        double met = 0;
        for (var bin = Bins - 1; bin >= 0; bin--)
        {
            double weight = _weights[bin];
            if (weight <= 0) continue;
            if (met + weight >= above) return Math.Pow(2, (_lowest + bin + 1 - ((above - met) / weight)) / PerOctave);
            met += weight;
        }

        return 0;
    }

    /// <summary>Writes what was learnt, to the last bit.</summary>
    public void Write(StateWriter writer)
    {
        writer.Number(_lowest);
        writer.Single(_weight);
        writer.Real(_none);
        writer.Real(_total);
        var used = _weights.Count(w => w != 0);
        writer.Count(used);
        for (var bin = 0; bin < Bins; bin++)
        {
            if (_weights[bin] == 0) continue;
            writer.Count(bin);
            writer.Single(_weights[bin]);
        }
    }

    /// <summary>Becomes what was written.</summary>
    public void Read(StateReader reader)
    {
        (_lowest, _weight, _none, _total) = ((int)reader.Number(), reader.Single(), reader.Real(), reader.Real());
        for (var left = reader.Length(); left > 0; left--)
        {
            var bin = reader.Count();
            if (bin is < 0 or >= Bins) throw StateReader.Damaged();
            _weights[bin] = reader.Single();
        }
    }

    private static int BinOf(double magnitude) => (int)Math.Floor(PerOctave * Math.Log2(magnitude));

    private void MoveUp(int by)
    {
        float lost = 0;
        for (var bin = 0; bin < Math.Min(by, Bins); bin++) lost += _weights[bin];
        if (by < Bins) Array.Copy(_weights, by, _weights, 0, Bins - by);
        Array.Clear(_weights, Math.Max(0, Bins - by), Math.Min(by, Bins));
        _weights[0] += lost;
        _lowest += by;
    }

    private void Shrink()
    {
        for (var bin = 0; bin < Bins; bin++) _weights[bin] /= _weight;
        (_none, _total, _weight) = (_none / _weight, _total / _weight, 1);
    }
}
