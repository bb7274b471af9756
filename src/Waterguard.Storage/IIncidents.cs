namespace Waterguard.Storage;

/// <summary>The incidents of a store: alerts that belong together, grouped as they came. Reads beside whoever writes. Thread-safe.</summary>
/// <remarks>Which alerts belong together depends on the alerts alone, not on the order in which they came. An incident keeps its id for as long as it is there: when two turn out to be one, the older keeps
/// its own, and the other says what it was merged into.</remarks>
public interface IIncidents
{
    /// <summary>The incidents that a query asks for, those with the newest activity first.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredIncident> Find(IncidentQuery query);

    /// <summary>One incident; null: there never was one of that id.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    StoredIncident? FindIncident(string id);

    /// <summary>The alerts of an incident in the order of time and id, from the first on.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredAlert> AlertsOf(string incident, int most);

    /// <summary>What the first 200 alerts of an incident name.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IncidentNames NamesOf(string incident);

    /// <summary>How often, since the store was opened, an incident was too large to be grouped anew, so that what held together stayed so.</summary>
    long NotRegrouped { get; }

    /// <summary>Since when incidents wait for somebody to take them up.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyDictionary<string, DateTimeOffset> WaitingSince();

    /// <summary>Keeps since when some wait, and forgets others.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be written now.</exception>
    void KeepWaiting(IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> begun, IReadOnlyCollection<string> over);
}

/// <summary>What an incident is about, as lists show it.</summary>
/// <param name="Strategies">Whose detections took part, in alphabetical order.</param>
/// <param name="Entities">By kind and name.</param>
/// <param name="HasMore">There are more entities than these.</param>
public sealed record IncidentNames(IReadOnlyList<string> Strategies, IReadOnlyList<StoredEntity> Entities, bool HasMore)
{
    /// <summary>Entities that are told.</summary>
    public const int MostEntities = 40;
}

/// <summary>What is asked for of the incidents: all that fulfil every part which is set.</summary>
public sealed record IncidentQuery
{
    /// <summary>States, any of them; the default leaves out what is no incident any more.</summary>
    public IReadOnlyList<IncidentStatus> Statuses { get; init; } = [IncidentStatus.Open];

    /// <summary>The lowest level, 0 (informational) to 4 (critical).</summary>
    public int LowestLevel { get; init; }

    /// <summary>Only those that went on until then, or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only those that began before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>A strategy whose detections took part.</summary>
    public string? Strategy { get; init; }

    /// <summary>An entity that one of its alerts names.</summary>
    public StoredEntity? Entity { get; init; }

    /// <summary>What title, reason or an entity's name of one of its alerts contains; case is ignored.</summary>
    public string? Text { get; init; }

    /// <summary>Only what comes behind this one: end and id of the last of the page before.</summary>
    public AlertCursor? Before { get; init; }

    /// <summary>At most so many; default 100, never more than <see cref="AlertQuery.Limit"/>.</summary>
    public int Most { get; init; } = 100;
}

/// <summary>Whether there is an incident.</summary>
public enum IncidentStatus
{
    /// <summary>There is.</summary>
    Open,

    /// <summary>It turned out to be a part of another.</summary>
    Merged,

    /// <summary>All its alerts were taken back.</summary>
    Retracted,
}

/// <summary>An incident as lists show it.</summary>
/// <param name="Start">Of its first alert.</param>
/// <param name="End">When the last activity in it was over.</param>
/// <param name="Level">0 (informational) to 4 (critical).</param>
/// <param name="Count">How many alerts belong to it.</param>
/// <param name="MergedInto">What it is a part of; null: it is not.</param>
public sealed record StoredIncident(string Id, string Title, int Level, int Risk, IncidentStatus Status, DateTimeOffset Start, DateTimeOffset End, long Count, string? MergedInto);
