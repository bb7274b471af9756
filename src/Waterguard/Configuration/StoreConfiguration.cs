using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>Where the store is.</summary>
/// <param name="Postgres">How PostgreSQL is reached; null: the store is a file in the data folder.</param>
internal sealed record StoreConfiguration(Secret? Postgres)
{
    public static StoreConfiguration From(SettingValues values, DiagnosticBag bag)
    {
        var (isPostgres, connection) = (values.Text("kind") == "postgresql", values.Secret("connection"));
        if (isPostgres && connection is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("kind"), "A store of kind postgresql needs its 'connection': file:PATH or env:NAME.");
        if (!isPostgres && connection is not null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("connection"), "'connection' belongs to a store of kind postgresql.");
        return new StoreConfiguration(connection);
    }
}
