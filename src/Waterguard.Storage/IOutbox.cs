namespace Waterguard.Storage;

/// <summary>What people are to be told of incidents. That an incident changed is noted in the transaction that changes it; what is to be told for it is decided once, and kept until it was. Thread-safe.</summary>
public interface IOutbox
{
    /// <summary>Incidents that changed since it was last decided what to tell of them.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<IncidentChange> Changes(int most);

    /// <summary>Keeps what is to be told for a change, and forgets the change: both or nothing.</summary>
    /// <returns>False: the incident has changed again meanwhile; nothing was kept.</returns>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing changed.</exception>
    bool Decide(IncidentChange change, IReadOnlyList<StoredNotification> made);

    /// <summary>Keeps notifications as they are now, all together or not at all; one that was not there is added.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing changed.</exception>
    void Keep(IReadOnlyList<StoredNotification> notifications);

    /// <summary>Those that wait, and whose time has come; the longest due first.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredNotification> Due(DateTimeOffset now, int most);

    /// <summary>One; null: there is none of that id.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    StoredNotification? FindNotification(string id);

    /// <summary>All of an incident, in the order in which they were made.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredNotification> NotificationsOf(string incident);

    /// <summary>Those in a state (null: any), newest first.</summary>
    /// <param name="before">Only what comes behind this one: when it was made, and its id.</param>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredNotification> Find(NotificationState? state, AlertCursor? before, int most);

    /// <summary>How many there are in each state.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyDictionary<NotificationState, long> CountNotifications();
}

/// <summary>An incident changed.</summary>
/// <param name="Number">How often, since it was last decided what to tell of it.</param>
public sealed record IncidentChange(string Incident, long Number);

/// <summary>What becomes of a notification.</summary>
public enum NotificationState
{
    /// <summary>It is tried when it is due.</summary>
    Waiting,

    /// <summary>Its channel has taken it.</summary>
    Sent,

    /// <summary>It was tried in vain; a person may have it tried again.</summary>
    Dead,

    /// <summary>It was decided not to send it.</summary>
    Withheld,
}

/// <summary>Something that a channel is to tell of an incident.</summary>
/// <param name="Id">Also the key by which who receives it knows a repetition.</param>
/// <param name="Channel">Empty: no channel; it says why there was none.</param>
/// <param name="Due">When it is tried, while it waits.</param>
/// <param name="Json">What it is, why, and what became of it. UTF-8.</param>
public sealed record StoredNotification(string Id, string Incident, string Channel, NotificationState State, DateTimeOffset Due, DateTimeOffset Made, byte[] Json);
