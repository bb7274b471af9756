using Microsoft.Data.Sqlite;

namespace Waterguard.Storage.Journals;

/// <summary>The statements of the one connection that writes. Used by one thread at a time.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _position;
    private readonly SqliteCommand _isAt;
    private readonly SqliteCommand _findKey;
    private readonly SqliteCommand _addKey;
    private readonly SqliteCommand _trim;
    private readonly SqliteCommand _over;
    private SqliteTransaction? _transaction;

    private SqliteCommand[] All => [_insert, _position, _isAt, _findKey, _addKey, _trim, _over];

    public JournalWriter(SqliteConnection connection)
    {
        _connection = connection;
        _insert = Command("INSERT INTO batches(input, partition, source, place, ingested, records, block) VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING sequence", 7);
        _position = Command("INSERT INTO positions VALUES($1, $2, $3, $4) ON CONFLICT DO UPDATE SET position = excluded.position, sequence = excluded.sequence", 4);
        _isAt = Command("SELECT 1 FROM positions WHERE input = $1 AND partition = $2 AND position = $3", 3);
        _findKey = Command("SELECT 1 FROM keys WHERE input = $1 AND key = $2", 2);
        _addKey = Command("INSERT INTO keys VALUES($1, $2, $3)", 3);
        _trim = Command("DELETE FROM batches WHERE sequence <= $1 RETURNING length(block)", 1);
        _over = Command("DELETE FROM positions WHERE input = $1 AND partition = $2", 2);
    }

    public void Begin() => Enlist(_transaction = _connection.BeginTransaction());

    public void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        Enlist(_transaction = null);
    }

    public void RollBack()
    {
        try
        {
            _transaction?.Rollback();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            // SQLite has rolled back by itself already.
        }

        _transaction?.Dispose();
        Enlist(_transaction = null);
    }

    // By its key; or by its position: a commit whose outcome nobody could tell (the disk failed under it) may have taken place.
    public bool IsKnown(JournalBatch batch) =>
        (batch.Key is { } key && Set(_findKey, batch.Input, key).ExecuteScalar() is not null)
        || (batch is { Position: { } position, Records: > 0 } && Set(_isAt, batch.Input, batch.Partition, position).ExecuteScalar() is not null);

    public long Insert(JournalBatch batch, byte[] packed, DateTimeOffset now)
    {
        // A batch without records only moves its position: it needs no row.
        long sequence = 0;
        if (batch.Records > 0)
        {
            sequence = (long)Set(_insert, batch.Input, batch.Partition, (object?)batch.Source ?? DBNull.Value, batch.Place, now.ToUnixTimeMilliseconds(), batch.Records, packed).ExecuteScalar()!;
        }

        if (batch.Position is { } position) Set(_position, batch.Input, batch.Partition, position, sequence).ExecuteNonQuery();
        foreach (var partition in batch.Over) Set(_over, batch.Input, partition).ExecuteNonQuery();
        if (batch.Key is { } key) Set(_addKey, batch.Input, key, sequence).ExecuteNonQuery();
        return sequence;
    }

    /// <summary>Writes so many bytes, in the place of those of the last time.</summary>
    public void Probe(int bytes)
    {
        // Another text each time: what does not change is not written.
        using var command = Command("INSERT OR REPLACE INTO about VALUES('probe', hex(randomblob($1)))", 1);
        command.Transaction = _transaction;
        Set(command, bytes / 2).ExecuteNonQuery();
    }

    /// <returns>The bytes that were freed.</returns>
    public long Trim(long through)
    {
        long freed = 0;
        using var reader = Set(_trim, through).ExecuteReader();
        while (reader.Read()) freed += reader.GetInt64(0);
        return freed;
    }

    public long ForgetOldKeys(int keep)
    {
        var known = Database.Number(_connection, "SELECT count(*) FROM keys");
        if (known <= keep) return 0;
        using var command = Command("DELETE FROM keys WHERE (input, key) IN (SELECT input, key FROM keys ORDER BY sequence LIMIT $1)", 1);
        return Set(command, known - keep).ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in All) command.Dispose();
        _connection.Dispose();
    }

    private void Enlist(SqliteTransaction? transaction)
    {
        foreach (var command in All) command.Transaction = transaction;
    }

    private SqliteCommand Command(string text, int parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter("$" + i, null));
        return command;
    }

    private static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }
}
