using Waterguard.Alerting.Output;
using Waterguard.Api.Routing;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Api.Live;

/// <summary>Looks every minute for incidents that nobody has acknowledged within the time of their level, and marks them: once each.</summary>
internal sealed class Escalation(ApiParts parts, IncidentBoard board, IncidentWork work)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_every, parts.Time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        try
        {
            var now = parts.Time.GetUtcNow();
            // An incident begins to wait when a service first sees it, not when what it tells of happened: old records may come late. The store keeps when that was, so that a restart does not begin anew.
            var since = parts.Incidents.WaitingSince();
            var begun = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
            var waiting = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (incident, done) in board.Find(new IncidentQuery { LowestLevel = (int)Level.Low }))
            {
                var level = AlertJson.Name((Level)incident.Level);
                if (done.IsAcknowledged || done.IsEscalated || !parts.Configuration.Escalation.TryGetValue(level, out var after) || after <= TimeSpan.Zero) continue;
                waiting.Add(incident.Id);
                if (!since.TryGetValue(incident.Id, out var from)) begun[incident.Id] = from = now;
                if (now - from >= after) work.Escalate(incident.Id, level, after);
            }

            string[] over = [.. since.Keys.Except(waiting, StringComparer.Ordinal)];
            if (begun.Count > 0 || over.Length > 0) parts.Incidents.KeepWaiting(begun, over);
        }
        catch (Exception e) when (e is StorageUnavailableException or RefusedException)
        {
            // Looked at again in a minute.
            parts.Log.Warn("incidents could not be looked at for escalation", ("error", e.Message));
        }
    }
}
