using Waterguard.Configuration;
using Waterguard.Storage;
using Waterguard.Storage.Archives;

namespace Waterguard.Service;

/// <summary>Removes, once an hour, what is older than the configuration wants to keep, and says how much it was.</summary>
internal sealed class Retention(ServiceConfiguration configuration, IRetention store, TimeProvider time, ServiceLog log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await Task.Run(Remove, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    /// <summary>Removes what is too old now. What cannot be removed is tried again in an hour.</summary>
    public void Remove()
    {
        var now = time.GetUtcNow();
        try
        {
            var removed = store.RemoveOld(now, now - configuration.KeepAlerts);
            var files = configuration.KeepArchive is { } keep ? Archive.Remove(configuration.Data, now - keep) : 0;
            if (removed.Alerts > 0 || removed.Incidents > 0 || files > 0) log.Info("removed what was old", ("alerts", removed.Alerts), ("incidents", removed.Incidents), ("archive_files", files));
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            log.Warn($"what is old could not be removed: {e.Message}");
        }
    }
}
