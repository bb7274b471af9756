namespace Waterguard.Storage;

/// <summary>The alerts of a store, for who looks at them. Reads beside whoever writes. Thread-safe.</summary>
public interface IAlerts
{
    /// <summary>The alerts that a query asks for, newest first (by time, then id).</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredAlert> Find(AlertQuery query);

    /// <summary>One alert; null: there is none of that id.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    StoredAlert? FindAlert(string id);

    /// <summary>How many alerts there were, by bucket of event time and level; buckets without any are left out. Retracted ones are not counted.</summary>
    /// <param name="until">Not included.</param>
    /// <param name="bucket">Such as an hour; buckets begin at its multiples since 1970.</param>
    /// <exception cref="ArgumentException">There would be more than ten thousand buckets, or the bucket is shorter than a second.</exception>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<TrendPoint> Trend(DateTimeOffset since, DateTimeOffset until, TimeSpan bucket);
}

/// <summary>What is asked for of the alerts: all that fulfil every part which is set.</summary>
public sealed record AlertQuery
{
    /// <summary>Most that one query gives.</summary>
    public const int Limit = 1000;

    /// <summary>The lowest level, 0 (informational) to 4 (critical).</summary>
    public int LowestLevel { get; init; }

    /// <summary>Ids of rules, any of them; empty: all.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The strategy that they belong to.</summary>
    public string? Strategy { get; init; }

    /// <summary>States, any of them; empty: all.</summary>
    public IReadOnlyList<AlertStatus> Statuses { get; init; } = [];

    /// <summary>Whether they are suppressed; null: both.</summary>
    public bool? Suppressed { get; init; }

    /// <summary>Event time from which on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Event time until which, not included.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>An entity that they name.</summary>
    public StoredEntity? Entity { get; init; }

    /// <summary>The incident that they belong to.</summary>
    public string? Incident { get; init; }

    /// <summary>What title, reason or the name of an entity contains; case is ignored.</summary>
    public string? Text { get; init; }

    /// <summary>Only what comes behind this one: the last of the page before.</summary>
    public AlertCursor? Before { get; init; }

    /// <summary>At most so many; default 100, never more than <see cref="Limit"/>.</summary>
    public int Most { get; init; } = 100;
}

/// <summary>A place in the order of alerts or incidents.</summary>
public readonly record struct AlertCursor(DateTimeOffset Time, string Id);

/// <summary>An entity by its kind (as in the alert's JSON) and name.</summary>
public readonly record struct StoredEntity(string Kind, string Name);

/// <summary>Whether what an alert says still holds.</summary>
public enum AlertStatus
{
    /// <summary>As it was told.</summary>
    Open,

    /// <summary>Told again, with more.</summary>
    Amended,

    /// <summary>Taken back.</summary>
    Retracted,
}

/// <summary>How many alerts a bucket of time has of one level.</summary>
/// <param name="Told">Those that are not suppressed.</param>
public readonly record struct TrendPoint(DateTimeOffset From, int Level, long Told, long Suppressed);
