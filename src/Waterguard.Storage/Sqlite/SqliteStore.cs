using Microsoft.Data.Sqlite;
using Waterguard.Alerting.Output;
using Waterguard.Storage.Journals;

namespace Waterguard.Storage.Sqlite;

/// <summary>The store in a file: what a single machine needs.</summary>
public sealed class SqliteStore : IStore
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE alerts(id TEXT PRIMARY KEY, time INTEGER NOT NULL, level INTEGER NOT NULL, rule TEXT NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX alerts_by_time ON alerts(time, id);
        CREATE TABLE consumed(journal TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
        """,
        """
        CREATE TABLE state(owner TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(owner, key)) WITHOUT ROWID;
        CREATE TABLE state_parts(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE state_position(one INTEGER PRIMARY KEY CHECK(one = 1), journal TEXT NOT NULL, sequence INTEGER NOT NULL);
        """,
    ];

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    private SqliteStore(SqliteConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public long AlertCount
    {
        get
        {
            lock (_lock) return Database.Number(_connection, "SELECT count(*) FROM alerts");
        }
    }

    /// <summary>Opens or makes the store in a folder.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public static SqliteStore Open(string folder) => new(Database.Open(Path.Combine(folder, "store.db"), Steps));

    /// <inheritdoc/>
    public long ConsumedOf(string journal)
    {
        lock (_lock)
        {
            using var command = Command("SELECT sequence FROM consumed WHERE journal = $1", journal);
            return command.ExecuteScalar() is long sequence ? sequence : 0;
        }
    }

    /// <inheritdoc/>
    public int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null)
    {
        try
        {
            return Write(journal, consumed, alerts, tell, state);
        }
        catch (SqliteException e) when (Database.OutcomeOf(e) is var outcome and not AppendOutcome.Damaged)
        {
            throw new StorageUnavailableException(outcome == AppendOutcome.DiskFull ? "the store cannot be written: the disk is full" : $"the store cannot be written: {e.Message}", e);
        }
    }

    private int Write(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state)
    {
        lock (_lock)
        {
            var fresh = 0;
            using var transaction = _connection.BeginTransaction();
            foreach (var alert in alerts)
            {
                var known = Find(alert.Id);
                var joined = known is null ? alert : alert with { Json = AlertJson.Join(known, alert.Json) };
                if (known is not null && joined.Json.AsSpan().SequenceEqual(known)) continue;
                if (known is null) fresh++;
                using var command = Command(
                    "INSERT INTO alerts VALUES($1, $2, $3, $4, $5) ON CONFLICT DO UPDATE SET time = min(time, excluded.time), json = excluded.json",
                    joined.Id, joined.Time.ToUnixTimeMilliseconds(), joined.Level, joined.Rule, joined.Json);
                command.ExecuteNonQuery();
                tell(joined);
            }

            using (var command = Command("INSERT INTO consumed VALUES($1, $2) ON CONFLICT DO UPDATE SET sequence = excluded.sequence", journal, consumed)) command.ExecuteNonQuery();
            if (state is not null) SqliteState.Write(_connection, journal, state);
            transaction.Commit();
            return fresh;
        }
    }

    /// <inheritdoc/>
    public StoredState? StateOf(string journal)
    {
        lock (_lock) return SqliteState.Read(_connection, journal);
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredAlert> Alerts(int most)
    {
        lock (_lock)
        {
            var alerts = new List<StoredAlert>();
            using var command = Command("SELECT id, time, level, rule, json FROM alerts ORDER BY time, id LIMIT $1", most);
            using var reader = command.ExecuteReader();
            while (reader.Read()) alerts.Add(new StoredAlert(reader.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), reader.GetInt32(2), reader.GetString(3), (byte[])reader[4]));
            return alerts;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private byte[]? Find(string id)
    {
        using var command = Command("SELECT json FROM alerts WHERE id = $1", id);
        return command.ExecuteScalar() as byte[];
    }

    private SqliteCommand Command(string text, params ReadOnlySpan<object> values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue("$" + (i + 1), values[i]);
        return command;
    }
}
