using System.Data.Common;

namespace Waterguard.Storage.Sql;

/// <summary>What differs between the databases that a store can be in; all else is written once. Parameters are <c>$1</c>, <c>$2</c>, … in both.</summary>
internal abstract class Dialect : IDisposable
{
    /// <summary>The database as people know it: for messages.</summary>
    public abstract string Place { get; }

    /// <summary>Opens a connection that writes.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened.</exception>
    public abstract DbConnection Connect();

    /// <summary>Opens a further connection, which only reads.</summary>
    public abstract DbConnection ConnectForReading();

    /// <summary>What a parameter is called, by its number.</summary>
    public abstract string ParameterName(int number);

    /// <summary>The text of a layout, which is written as SQLite has it, in this database's words.</summary>
    public abstract string Layout(string text);

    /// <summary>Statements that make a table refuse every change of its rows, and their removal.</summary>
    public abstract string RefuseChanges(string table);

    /// <summary>A condition: a text contains another one.</summary>
    public abstract string Contains(string text, string part);

    /// <summary>How many steps of the layout were applied.</summary>
    public abstract long VersionOf(Session session);

    /// <summary>Notes how many steps of the layout were applied.</summary>
    public abstract void SetVersion(Session session, long version);

    /// <summary>What the database finds when it looks at its own files; nothing, where it has other means for that.</summary>
    public virtual IReadOnlyList<string> Integrity(Session session) => [];

    /// <summary>Waits until no other writer is within a transaction; holds until this one's ends.</summary>
    public abstract void TakeTurn(Session session);

    /// <summary>The error as what it means for who wants to write; null: it is nothing that waiting could mend.</summary>
    public abstract StorageUnavailableException? Unavailable(Exception error);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
