using System.Collections.Immutable;
using Waterguard.Alerting;

namespace Waterguard.Pipeline;

/// <summary>Alerts by id: what is told twice, or in two stages, is one alert.</summary>
internal sealed class AlertSet(ImmutableDictionary<string, string> labels)
{
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);

    public void Add(Alert alert)
    {
        alert = Labelled(alert);
        _alerts[alert.Id] = _alerts.TryGetValue(alert.Id, out var known) ? AlertFactory.Join(known, alert) : alert;
    }

    /// <summary>All of them by time and id: the same whatever the order of arrival.</summary>
    public IReadOnlyList<Alert> Sorted() => [.. _alerts.Values.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal)];

    // Labels are fields of every event; of those that name entities the alert tells.
    private Alert Labelled(Alert alert)
    {
        if (labels.IsEmpty) return alert;
        var entities = alert.Entities;
        foreach (var (field, value) in labels)
        {
            var kind = field switch { "orchestrator.cluster.name" => "cluster", "host.name" => "node", "cloud.account.id" => "resource", _ => null };
            if (kind is not null && entities.GetValueOrDefault(kind, []) is { Length: 0 }) entities = entities.SetItem(kind, [value]);
        }

        return alert with { Entities = entities };
    }
}
