using Waterguard.Alerting.Output;
using Waterguard.Api.Routing;
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
            var incidents = board.All();
            foreach (var gone in _since.Keys.Except(incidents.Select(i => i.Id), StringComparer.Ordinal).ToArray()) _since.Remove(gone);
            foreach (var incident in incidents)
            {
                if (!parts.Configuration.Escalation.TryGetValue(AlertJson.Name(incident.Level), out var after) || after <= TimeSpan.Zero) continue;
                if (!_since.TryGetValue(incident.Id, out var since)) _since[incident.Id] = since = now;
                if (now - since < after || work.Of(incident.Id) is { IsAcknowledged: true } or { IsEscalated: true }) continue;
                work.Escalate(incident.Id, AlertJson.Name(incident.Level), after);
            }
        }
        catch (Exception e) when (e is StorageUnavailableException or RefusedException)
        {
            // Looked at again in a minute.
            parts.Log.Warn("incidents could not be looked at for escalation", ("error", e.Message));
        }
    }
}
