using Waterguard.Alerting.Output;
using Waterguard.Api.Routing;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Api.Live;

/// <summary>Looks every minute for incidents that nobody has acknowledged within the time of their level, and marks them: once each.</summary>
internal sealed class Escalation(ApiParts parts, IncidentBoard board, IncidentWork work)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    // An incident begins to wait when the service first sees it, not when what it tells of happened: old records may come late.
    private readonly Dictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);

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
            var waiting = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (incident, done) in board.Find(new IncidentQuery { LowestLevel = (int)Level.Low }))
            {
                var level = AlertJson.Name((Level)incident.Level);
                if (done.IsAcknowledged || done.IsEscalated || !parts.Configuration.Escalation.TryGetValue(level, out var after) || after <= TimeSpan.Zero) continue;
                waiting.Add(incident.Id);
                if (!_since.TryGetValue(incident.Id, out var since)) _since[incident.Id] = since = now;
                if (now - since >= after) work.Escalate(incident.Id, level, after);
            }

            foreach (var gone in _since.Keys.Except(waiting, StringComparer.Ordinal).ToArray()) _since.Remove(gone);
        }
        catch (Exception e) when (e is StorageUnavailableException or RefusedException)
        {
            // Looked at again in a minute.
            parts.Log.Warn("incidents could not be looked at for escalation", ("error", e.Message));
        }
    }
}
