using System.Text;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Storage;

namespace Waterguard.Tests.Storage;

/// <summary>Alerts and entries as tests store them.</summary>
internal static class Stored
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static StoredAlert Alert(
        string id, double minute = 0, int level = 3, string rule = "r", string record = "e1", string? strategy = null, string status = "open", string? suppressedBy = null, string title = "Title", string reason = "because",
        bool isCorrelation = false, long events = 1, params (string Kind, string Name)[] entities)
    {
        var time = Start.AddMinutes(minute);
        var all = Waterguard.Alerting.Alert.EntityKinds.ToDictionary(k => k, k => entities.Where(e => e.Kind == k).Select(e => e.Name).ToArray(), StringComparer.Ordinal);
        var json = JsonSerializer.Serialize(new
        {
            id, time = AlertJson.Time(time), title, level = ((Waterguard.Sigma.Level)level).ToString().ToLowerInvariant(), risk = 50, rule = new { id = rule, name = rule, kind = isCorrelation ? "correlation" : "rule" }, strategy,
            attack = Array.Empty<string>(), reason, revision = 1, status, superseded_by = (string?)null, group = new { }, window = (object?)null, entities = all, event_count = events,
            events = new[] { new { source = "s", file = "f", line = 1, time = AlertJson.Time(time), raw = new { id = record } } }, suppressed_by = suppressedBy,
        });
        return new StoredAlert(id, time, level, rule, Encoding.UTF8.GetBytes(json)) { IsTold = suppressedBy is null };
    }

    public static AuditEntry Entry(string action = "put", string subject = "x", string detail = "{}") =>
        new(Start, "anna", "responder", action, subject, Encoding.UTF8.GetBytes(detail), "127.0.0.1");
}
