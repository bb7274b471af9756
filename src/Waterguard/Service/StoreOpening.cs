using Waterguard.Configuration;
using Waterguard.Storage;
using Waterguard.Storage.Postgres;
using Waterguard.Storage.Sql;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Service;

/// <summary>Opens the store where the configuration says that it is.</summary>
internal static class StoreOpening
{
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public static SqlStore Open(ServiceConfiguration configuration)
    {
        if (configuration.Store.Postgres is not { } secret) return SqliteStore.Open(configuration.Data);
        return PostgresStore.Open(secret.Read(out var problem) ?? throw new StorageUnavailableException($"store: connection: {problem}"));
    }
}
