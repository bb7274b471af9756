namespace Waterguard.Storage;

/// <summary>Lets a store forget. Thread-safe.</summary>
public interface IRetention
{
    /// <summary>Removes the incidents whose last activity was before a time, with their alerts; and the older alerts that belong to none. What still goes on is kept whole.</summary>
    /// <returns>How many of each.</returns>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing more is removed.</exception>
    (long Alerts, long Incidents) RemoveOld(DateTimeOffset before);
}
