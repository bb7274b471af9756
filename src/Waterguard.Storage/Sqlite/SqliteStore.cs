using Microsoft.Data.Sqlite;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Sqlite;

/// <summary>The store in a file: what a single machine needs.</summary>
public static class SqliteStore
{
    /// <summary>Opens or makes the store in a folder.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public static SqlStore Open(string folder) => Open(folder, Layout.Last);

    /// <summary>Opens the store in a folder, where there is one.</summary>
    /// <exception cref="StorageUnavailableException">There is none, or it cannot be opened; the message says why.</exception>
    public static SqlStore OpenExisting(string folder) =>
        File.Exists(FileIn(folder)) ? Open(folder) : throw new StorageUnavailableException($"{FileIn(folder)}: there is no store; has the service ever run with this data folder?");

    /// <summary>The file in a folder.</summary>
    internal static string FileIn(string folder) => Path.Combine(folder, "store.db");

    internal static SqlStore Open(string folder, int layout)
    {
        try
        {
            return SqlStore.Open(new SqliteDialect(FileIn(folder)), layout);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException(Database.Advice(FileIn(folder), e), e);
        }
    }
}
