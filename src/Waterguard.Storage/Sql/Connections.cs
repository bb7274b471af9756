using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;

namespace Waterguard.Storage.Sql;

/// <summary>The connections of a store: one that writes, a transaction at a time, and as many as are needed that read beside it. One that failed is not used again. Thread-safe.</summary>
internal sealed class Connections(Dialect dialect) : IDisposable
{
    private const int MostIdle = 4;

    private readonly Lock _lock = new();
    private readonly ConcurrentBag<DbConnection> _idle = [];
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);
    private DbConnection? _writing;

    /// <summary>Does something within a transaction: all of it, or nothing.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be written now; nothing changed.</exception>
    public T Write<T>(Func<Session, T> act)
    {
        lock (_lock)
        {
            try
            {
                if (_writing is { State: not ConnectionState.Open }) Drop();
                _writing ??= dialect.Connect();
                using var transaction = _writing.BeginTransaction();
                var session = new Session(_writing, dialect, transaction, _prepared);
                dialect.TakeTurn(session);
                var result = act(session);
                transaction.Commit();
                return result;
            }
            catch (Exception e) when (dialect.Unavailable(e) is not null)
            {
                Drop();
                throw dialect.Unavailable(e)!;
            }
        }
    }

    /// <summary>Reads, beside whoever writes.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be read now.</exception>
    public T Read<T>(Func<Session, T> ask)
    {
        while (true)
        {
            var wasIdle = _idle.TryTake(out var connection);
            try
            {
                connection ??= dialect.ConnectForReading();
                var result = ask(new Session(connection, dialect));
                if (_idle.Count < MostIdle) _idle.Add(connection);
                else connection.Dispose();
                return result;
            }
            catch (Exception e) when (dialect.Unavailable(e) is not null)
            {
                connection?.Dispose();

                // One that lay idle may have been cut off since: that says nothing of the database.
                if (!wasIdle) throw dialect.Unavailable(e)!;
            }
            catch
            {
                connection?.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock) Drop();
        while (_idle.TryTake(out var connection)) connection.Dispose();
        dialect.Dispose();
    }

    private void Drop()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _prepared.Clear();
        _writing?.Dispose();
        _writing = null;
    }
}
