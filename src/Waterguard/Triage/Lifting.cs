using Waterguard.Alerting;
using Waterguard.Sigma;

namespace Waterguard.Triage;

/// <summary>What is known to be benign is not, when something else speaks against it: a suppressed alert comes back when another rule, on other evidence, alerts on the same container, pod, workload or
/// identity within an hour, and is not suppressed itself. So nobody hides behind a suppression for more than one act.</summary>
internal static class Lifting
{
    /// <summary>How far apart the two may be.</summary>
    public static readonly TimeSpan Near = TimeSpan.FromHours(1);

    private static readonly string[] s_kinds = ["container", "pod", "workload", "identity"];

    /// <summary>The alerts, those lifted that have a reason to.</summary>
    public static IReadOnlyList<Alert> Lift(IReadOnlyList<Alert> alerts)
    {
        if (!alerts.Any(a => a.SuppressedBy is not null)) return alerts;
        var signals = new Dictionary<(string, string), List<Alert>>();
        foreach (var alert in alerts.Where(IsSignal))
        {
            foreach (var entity in Entities(alert))
            {
                if (!signals.TryGetValue(entity, out var known)) signals[entity] = known = [];
                known.Add(alert);
            }
        }

        return [.. alerts.Select(a => a.SuppressedBy is null ? a : Lifted(a, Entities(a).SelectMany(e => signals.GetValueOrDefault(e) ?? [])))];
    }

    /// <summary>Whether an alert can lift others.</summary>
    public static bool IsSignal(Alert alert) => alert.SuppressedBy is null && !alert.IsRetracted && alert.Rule.Level >= Level.Medium;

    /// <summary>The suppressed alert, lifted by the first of the signals that is independent of it; itself, if none is.</summary>
    public static Alert Lifted(Alert suppressed, IEnumerable<Alert> signals) =>
        signals.Where(s => IsIndependent(s, suppressed)).OrderBy(s => s.Time).ThenBy(s => s.Id, StringComparer.Ordinal).FirstOrDefault() is { } by
            ? suppressed with { SuppressedBy = null, Lifted = (suppressed.SuppressedBy!, by.Id) }
            : suppressed;

    /// <summary>The entities by which signals are tied to what is suppressed.</summary>
    public static IEnumerable<(string Kind, string Name)> Entities(Alert alert) =>
        s_kinds.SelectMany(k => alert.Entities.TryGetValue(k, out var names) ? names.Select(n => (k, n)) : []);

    private static bool IsIndependent(Alert signal, Alert suppressed) =>
        signal.Rule.Id != suppressed.Rule.Id && (signal.Time - suppressed.Time).Duration() <= Near
        && !signal.Events.Any(e => suppressed.Events.Any(s => (s.Source, s.File, s.Line, s.Offset) == (e.Source, e.File, e.Line, e.Offset)));
}
