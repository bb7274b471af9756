using System.Diagnostics.Metrics;

namespace Waterguard.Metrics;

/// <summary>The meter of one running service: the parts publish plain counters, here they become instruments. Thread-safe.</summary>
internal sealed class ServiceMeter : IDisposable
{
    public const string Name = "Waterguard";

    private readonly Meter _meter = new(new MeterOptions(Name) { Version = "0.1" });
    private readonly Histogram<double> _requests, _commits, _judged;

    public ServiceMeter()
    {
        _requests = _meter.CreateHistogram<double>("waterguard.http.request.duration", "s", "How long requests took, by method, route and status.");
        _commits = _meter.CreateHistogram<double>("waterguard.store.commit.duration", "s", "How long commits of alerts and positions took, waiting included.");
        _judged = _meter.CreateHistogram<double>("waterguard.judgement.delay", "s", "From the receipt of a batch until what it gave is stored: the oldest of those that were judged together.");
        Text = new MetricsText(_meter);
    }

    /// <summary>All of it as text.</summary>
    public MetricsText Text { get; }

    public void Request(string method, string route, int status, TimeSpan duration) => _requests.Record(duration.TotalSeconds, new("method", method), new("route", route), new("status", status));

    public void Committed(TimeSpan duration) => _commits.Record(duration.TotalSeconds);

    public void Judged(TimeSpan delay) => _judged.Record(delay.TotalSeconds);

    /// <summary>A number that only grows.</summary>
    public void Count(string name, string says, Func<long> value) => _meter.CreateObservableCounter(name, value, null, says);

    /// <summary>Numbers that only grow, by a label.</summary>
    public void Count(string name, string says, string label, Func<IEnumerable<(string Name, long Value)>> values) =>
        _meter.CreateObservableCounter(name, () => values().Select(v => new Measurement<long>(v.Value, new KeyValuePair<string, object?>(label, v.Name))), null, says);

    /// <summary>Numbers that only grow, by two labels.</summary>
    public void Count(string name, string says, (string, string) labels, Func<IEnumerable<(string One, string Other, long Value)>> values) =>
        _meter.CreateObservableCounter(name, () => values().Select(v => new Measurement<long>(v.Value, new(labels.Item1, v.One), new(labels.Item2, v.Other))), null, says);

    /// <summary>How something stands.</summary>
    public void Stand(string name, string says, Func<double> value, string? unit = null) => _meter.CreateObservableGauge(name, value, unit, says);

    /// <summary>How something stands, by a label.</summary>
    public void Stand(string name, string says, string label, Func<IEnumerable<(string Name, double Value)>> values, string? unit = null) =>
        _meter.CreateObservableGauge(name, () => values().Select(v => new Measurement<double>(v.Value, new KeyValuePair<string, object?>(label, v.Name))), unit, says);

    public void Dispose()
    {
        Text.Dispose();
        _meter.Dispose();
    }
}
