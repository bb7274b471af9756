using Waterguard.Alerting;

namespace Waterguard.Pipeline;

/// <summary>Alerts by id: what is told twice, or in two stages, is one alert.</summary>
internal sealed class AlertSet
{
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);

    public void Add(Alert alert) =>
        _alerts[alert.Id] = _alerts.TryGetValue(alert.Id, out var known) ? AlertFactory.Join(known, alert) : alert;

    /// <summary>All of them by time and id: the same whatever the order of arrival.</summary>
    public IReadOnlyList<Alert> Sorted() => [.. _alerts.Values.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal)];
}
