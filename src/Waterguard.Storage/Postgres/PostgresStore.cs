using Npgsql;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Postgres;

/// <summary>The store in a database of a PostgreSQL server.</summary>
public static class PostgresStore
{
    /// <summary>Opens the store, and makes its tables where they are not there yet. The database, or its schema, is ours alone.</summary>
    /// <param name="connection">As Npgsql reads it.</param>
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public static SqlStore Open(string connection)
    {
        var dialect = new PostgresDialect(connection);
        try
        {
            return SqlStore.Open(dialect, Layout.Last);
        }
        catch (PostgresException e)
        {
            throw new StorageUnavailableException($"{dialect.Place}: its tables cannot be made or read: {e.MessageText}", e);
        }
    }
}
