using Microsoft.Data.Sqlite;
using Waterguard.Storage.Journals;

namespace Waterguard.Storage;

/// <summary>Opens SQLite files the way that both databases need it, and brings their layout up to date.</summary>
internal static class Database
{
    private const int Full = 13, ReadOnly = 8, Corrupt = 11, NotADatabase = 26, CannotOpen = 14;

    /// <summary>Opens the file with a write-ahead log that is synchronised at each commit, and applies the steps that it has not seen: forward only.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened.</exception>
    public static SqliteConnection Open(string file, params ReadOnlySpan<string> steps)
    {
        var connection = OpenForWriting(file);
        try
        {
            Migrate(connection, file, steps);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new StorageUnavailableException(Advice(file, e), e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The same, with the layout left as it is.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened.</exception>
    public static SqliteConnection OpenForWriting(string file)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(file, SqliteOpenMode.ReadWriteCreate);
            Run(connection, "PRAGMA journal_mode=WAL");
            Run(connection, "PRAGMA synchronous=FULL");
            return connection;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw new StorageUnavailableException(Advice(file, e), e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>A further connection, for reading.</summary>
    public static SqliteConnection OpenForReading(string file)
    {
        var connection = Connect(file, SqliteOpenMode.ReadOnly);
        try
        {
            Number(connection, "PRAGMA user_version");
            return connection;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == CannotOpen && !File.Exists(file + "-wal"))
        {
            // Where nothing can be written not even a reader's locks can; then nobody else writes either.
            connection.Dispose();
            return Connect("file:" + string.Join('/', file.Split('/').Select(Uri.EscapeDataString)) + "?immutable=1", SqliteOpenMode.ReadOnly);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What an error means for an append.</summary>
    public static AppendOutcome OutcomeOf(SqliteException e) => e.SqliteErrorCode switch
    {
        Full => AppendOutcome.DiskFull,
        ReadOnly or CannotOpen => AppendOutcome.ReadOnly,
        Corrupt or NotADatabase => AppendOutcome.Damaged,
        _ => AppendOutcome.Failed,
    };

    public static void Run(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar() is long number ? number : 0;
    }

    private static SqliteConnection Connect(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Migrate(SqliteConnection connection, string file, ReadOnlySpan<string> steps)
    {
        var version = Number(connection, "PRAGMA user_version");
        if (version > steps.Length) throw new StorageUnavailableException($"{file}: was written by a newer version of Waterguard (layout {version}, known up to {steps.Length}); use that version, or another folder");
        for (var step = (int)version; step < steps.Length; step++)
        {
            using var transaction = connection.BeginTransaction();
            Run(connection, steps[step]);
            Run(connection, $"PRAGMA user_version={step + 1}");
            transaction.Commit();
        }
    }

    public static string Advice(string file, SqliteException e) => $"{file}: " + OutcomeOf(e) switch
    {
        AppendOutcome.DiskFull => "the disk is full; make room and start again",
        AppendOutcome.ReadOnly => "cannot be opened for writing; check the folder's owner and permissions, and that the file system is not mounted read-only",
        AppendOutcome.Damaged => "is damaged and was left as it is; keep a copy, move it away, and start again (inputs with positions then read anew what they still have)",
        _ => e.Message,
    };
}
