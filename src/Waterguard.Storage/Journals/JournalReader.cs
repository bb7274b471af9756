using Microsoft.Data.Sqlite;

namespace Waterguard.Storage.Journals;

/// <summary>Reads batches in the order of their sequence. Not thread-safe; several may read beside each other and beside the writer.</summary>
public sealed class JournalReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _next;

    internal JournalReader(string file)
    {
        _connection = Database.OpenForReading(file);
        using (var about = _connection.CreateCommand())
        {
            about.CommandText = "SELECT value FROM about WHERE name = 'id'";
            Id = (string)about.ExecuteScalar()!;
        }

        _next = _connection.CreateCommand();
        _next.CommandText = "SELECT sequence, input, partition, source, place, ingested, records, block FROM batches WHERE sequence > $1 ORDER BY sequence LIMIT $2";
        _next.Parameters.AddWithValue("$1", 0L);
        _next.Parameters.AddWithValue("$2", 0);
    }

    /// <summary>Reads the journal of a folder, also while a service writes it.</summary>
    /// <exception cref="StorageUnavailableException">There is none, or it cannot be read.</exception>
    public static JournalReader Open(string folder)
    {
        var file = Path.Combine(folder, "journal.db");
        if (!File.Exists(file)) throw new StorageUnavailableException($"{folder}: there is no journal; has the service run with this configuration, and may we look into the folder?");
        try
        {
            return new JournalReader(file);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"{file}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The journal's own name.</summary>
    public string Id { get; }

    /// <summary>The sequence of the newest batch there ever was; 0 before the first.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read.</exception>
    public long LastSequence() => Number("SELECT seq FROM sqlite_sequence WHERE name = 'batches' AND seq >= $1", 0) ?? 0;

    /// <summary>What SQLite finds wrong with the file; nothing, if it is sound.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<string> Integrity()
    {
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(20)";
            using var reader = command.ExecuteReader();
            var problems = new List<string>();
            while (reader.Read())
            {
                if (reader.GetString(0) is not "ok" and var problem) problems.Add(problem);
            }

            return problems;
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"the journal cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The sequence before the first batch that came at a time or later.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read.</exception>
    public long BehindOf(DateTimeOffset time) =>
        Number("SELECT min(sequence) - 1 FROM batches WHERE ingested >= $1", time.ToUnixTimeMilliseconds()) ?? Number("SELECT max(sequence) FROM batches WHERE sequence >= $1", 0) ?? 0;

    /// <summary>When the oldest batch that is kept came; null: there is none.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read.</exception>
    public DateTimeOffset? Oldest() => Number("SELECT min(ingested) FROM batches WHERE sequence >= $1", 0) is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) : null;

    /// <summary>The next batches behind a sequence, at most so many. A damaged one comes without its block.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read.</exception>
    public IReadOnlyList<JournalRow> Next(long behind, int most)
    {
        var rows = new List<JournalRow>();
        try
        {
            (_next.Parameters[0].Value, _next.Parameters[1].Value) = (behind, most);
            using var reader = _next.ExecuteReader();
            while (reader.Read())
            {
                rows.Add(new JournalRow(
                    reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4),
                    DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.GetInt32(6), BlockPacking.Unpack((byte[])reader[7])));
            }
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"the journal cannot be read: {e.Message}", e);
        }

        return rows;
    }

    private long? Number(string text, long parameter)
    {
        try
        {
            using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
            command.CommandText = text;
#pragma warning restore CA2100
            command.Parameters.AddWithValue("$1", parameter);
            return command.ExecuteScalar() is long number ? number : null;
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"the journal cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _next.Dispose();
        _connection.Dispose();
    }
}
