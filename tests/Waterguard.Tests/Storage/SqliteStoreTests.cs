using Microsoft.Data.Sqlite;
using Waterguard.Storage.Sql;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Tests.Storage;

public sealed class SqliteStoreTests : StoreTests
{
    private readonly TemporaryFolder _folder = Repository.Folder();

    protected override SqlStore Open() => SqliteStore.Open(_folder.Path);

    protected override void Tamper(string text)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "store.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    protected override void TakeGuardAway() => Tamper("DROP TRIGGER audit_keeps; DROP TRIGGER audit_stays");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Dispose();
    }
}
