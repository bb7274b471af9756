namespace Waterguard.Storage;

/// <summary>What was found, and how far the journal was consumed for it. Thread-safe.</summary>
public interface IStore : IDisposable
{
    /// <summary>The sequence up to which a journal was consumed; 0 before the first commit.</summary>
    long ConsumedOf(string journal);

    /// <summary>Stores alerts by their ids and the consumed position, all together or not at all. An alert that is there already is joined with the new one
    /// (another stage of the same record), so that consuming a piece of the journal twice changes nothing.</summary>
    /// <param name="tell">Gets, before the commit, each alert that is new or has become another: whoever is told may be told again after a crash, but is never
    /// left out.</param>
    /// <param name="state">What changed of the state since it was last committed; null: nothing is said of it.</param>
    /// <returns>How many alerts are new.</returns>
    /// <exception cref="StorageUnavailableException">It cannot be written now; nothing changed, and the same can be committed again.</exception>
    int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null);

    /// <summary>All state; null before the first. Its position is 0 where it was read from another journal.</summary>
    StoredState? StateOf(string journal);

    /// <summary>Alerts in the order of time and id.</summary>
    IReadOnlyList<StoredAlert> Alerts(int most);

    /// <summary>How many alerts there are.</summary>
    long AlertCount { get; }
}

/// <summary>An alert as it is kept: the JSON of the contract, redacted, and what is looked for by.</summary>
/// <param name="Json">UTF-8.</param>
public sealed record StoredAlert(string Id, DateTimeOffset Time, int Level, string Rule, byte[] Json)
{
    /// <summary>False for what is known to be benign: it is kept, and nobody is told.</summary>
    public bool IsTold { get; init; } = true;

    /// <summary>The incident that it belongs to; null: none. The store says it, whatever is handed in.</summary>
    public string? Incident { get; init; }
}
