using System.Data.Common;
using Npgsql;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Postgres;

/// <summary>A database of a PostgreSQL server, 15 or later. Text is compared by its bytes, as SQLite does.</summary>
internal sealed class PostgresDialect : Dialect
{
    // Any number, the same in every version: who writes to the store holds it.
    private const long Turn = 0x57617465724c6f63;

    private readonly string _connection;

    /// <exception cref="StorageUnavailableException">The text is no connection string.</exception>
    public PostgresDialect(string connection)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connection) { Pooling = false, MaxAutoPrepare = 20, IncludeErrorDetail = false };
            if (!parts.ContainsKey("Application Name") || parts.ApplicationName is not { Length: > 0 }) parts.ApplicationName = "waterguard";
            if (parts.KeepAlive == 0) parts.KeepAlive = 30;
            (_connection, Place) = (parts.ConnectionString, $"PostgreSQL at {parts.Host}, database {parts.Database ?? parts.Username}");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // What was given may hold a password: it is not repeated.
            throw new StorageUnavailableException("store: the connection string of PostgreSQL cannot be read; it looks like 'Host=db.example.net;Database=waterguard;Username=waterguard;Password=…'", null);
        }
    }

    public override string Place { get; }

    public override DbConnection Connect()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
            return connection;
        }
        catch (NpgsqlException e)
        {
            connection.Dispose();
            throw new StorageUnavailableException($"{Place}: cannot be reached: {e.Message}", e);
        }
    }

    public override DbConnection ConnectForReading() => Connect();

    // By their order alone.
    public override string ParameterName(int number) => "";

    public override string Layout(string text) => text.Replace("INTEGER", "BIGINT", StringComparison.Ordinal).Replace("BLOB", "BYTEA", StringComparison.Ordinal)
        .Replace(" TEXT", " TEXT COLLATE \"C\"", StringComparison.Ordinal).Replace(" WITHOUT ROWID", "", StringComparison.Ordinal);

    public override string RefuseChanges(string table) =>
        $"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''{table}: entries are never changed or removed''; END';"
        + $"CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuses();"
        + $"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuses();";

    public override string Contains(string text, string part) => $"strpos({text}, {part}) > 0";

    public override long VersionOf(Session session) => session.First<bool>("SELECT to_regclass('layout') IS NOT NULL") ? session.First<long>("SELECT max(version) FROM layout") : 0;

    public override void SetVersion(Session session, long version)
    {
        session.Run("CREATE TABLE IF NOT EXISTS layout(version BIGINT PRIMARY KEY)");
        session.Run("INSERT INTO layout VALUES($1)", version);
    }

    public override void TakeTurn(Session session) => session.Run("SELECT pg_advisory_xact_lock($1)", Turn);

    // 08: connection; 25006: read-only; 40: collided; 53: disk, memory or connections used up; 57: shut down or starting; 58: its disk failed.
    public override StorageUnavailableException? Unavailable(Exception error) => error switch
    {
        PostgresException { SqlState: "25006" or ['0', '8', ..] or ['4', '0', ..] or ['5', '3' or '7' or '8', ..] } e => new StorageUnavailableException($"{Place}: {e.MessageText}", e),
        PostgresException => null,
        NpgsqlException e => new StorageUnavailableException($"{Place}: {e.Message}", e),
        _ => null,
    };
}
