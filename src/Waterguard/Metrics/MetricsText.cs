using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Waterguard.Metrics;

/// <summary>The instruments of one meter in Prometheus' text form (version 0.0.4). Thread-safe.</summary>
internal sealed class MetricsText : IDisposable
{
    /// <summary>Bounds of histograms, in seconds.</summary>
    public static readonly double[] Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>Series of one instrument; what comes beyond goes into one that is labelled so.</summary>
    public const int MostSeries = 2000;

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public MetricsText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter)) listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Take((Family)family!, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Take((Family)family!, value, tags));
        _listener.Start();
    }

    public string Write()
    {
        lock (_lock)
        {
            foreach (var family in _families.Values.Where(f => f.IsObserved)) family.Series.Clear();
        }

        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var family in _families.Values.Where(f => f.Series.Count > 0)) Write(family, text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private Family FamilyOf(Instrument instrument)
    {
        var isCounter = instrument is ObservableCounter<long> or ObservableCounter<double> or Counter<long>;
        var isHistogram = instrument is Histogram<double>;
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }) + (isCounter ? "_total" : "");
        var family = new Family(name, instrument.Description ?? "", isHistogram ? "histogram" : isCounter ? "counter" : "gauge", instrument.IsObservable);
        lock (_lock) _families[name] = family;
        return family;
    }

    private void Take(Family family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_lock)
        {
            if (!family.Series.TryGetValue(labels, out var series))
            {
                if (family.Series.Count >= MostSeries) labels = "others=\"true\"";
                if (!family.Series.TryGetValue(labels, out series)) family.Series[labels] = series = new Series(family.Kind == "histogram" ? new long[Buckets.Length + 1] : null);
            }

            if (series.Counts is null)
            {
                series.Value = family.IsObserved && labels != "others=\"true\"" ? value : series.Value + value;
                return;
            }

            series.Value += value;
            var at = Array.FindIndex(Buckets, b => value <= b);
            series.Counts[at < 0 ? Buckets.Length : at]++;
        }
    }

    private static void Write(Family family, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {family.Says.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\n# TYPE {family.Name} {family.Kind}\n");
        foreach (var (labels, series) in family.Series)
        {
            if (series.Counts is not { } counts)
            {
                text.Append(CultureInfo.InvariantCulture, $"{family.Name}{Braced(labels)} {Number(series.Value)}\n");
                continue;
            }

            var so = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                so += counts[i];
                var bound = i < Buckets.Length ? Number(Buckets[i]) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{family.Name}_bucket{Braced(labels.Length > 0 ? $"{labels},le=\"{bound}\"" : $"le=\"{bound}\"")} {so}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{family.Name}_sum{Braced(labels)} {Number(series.Value)}\n{family.Name}_count{Braced(labels)} {so}\n");
        }
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : "{" + labels + "}";

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length > 0 ? "," : "").Append(name).Append("=\"")
                .Append((Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    private sealed record Family(string Name, string Says, string Kind, bool IsObserved)
    {
        public SortedDictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Series(long[]? counts)
    {
        public double Value { get; set; }

        public long[]? Counts => counts;
    }
}
