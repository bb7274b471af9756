namespace Waterguard.Storage;

/// <summary>Lets a store forget. Thread-safe.</summary>
public interface IRetention
{
    /// <summary>Removes the incidents in which nothing has come or changed since a time, with their alerts; and the alerts that belong to none, likewise. What counts is when this was first called after an
    /// alert had come, not the alert's own time: that is in the hands of whoever sends the records.</summary>
    /// <returns>How many of each.</returns>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing more is removed.</exception>
    (long Alerts, long Incidents) RemoveOld(DateTimeOffset now, DateTimeOffset before);
}
