using Waterguard.Storage;
using Waterguard.Storage.Postgres;
using Waterguard.Storage.Sql;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class PostgresStoreTests(PostgresServer server) : StoreTests
{
    private string? _connection;

    protected override SqlStore Open() => PostgresStore.Open(_connection ??= server.NewDatabase());

    protected override void Tamper(string text) => PostgresServer.Run(_connection!, text);

    protected override void TakeGuardAway() => Tamper("DROP TRIGGER audit_keeps ON audit; DROP TRIGGER audit_stays ON audit");

    [Fact]
    public void A_password_is_in_no_message()
    {
        foreach (var connection in new[] { "Host=/nowhere;Password=canary-secret;Database=d", "canary-secret", "Port=canary-secret" })
        {
            var refused = Assert.Throws<StorageUnavailableException>(() => PostgresStore.Open(connection));
            Assert.DoesNotContain("canary-secret", refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_audit_cannot_be_emptied()
    {
        Store.Note(Stored.Entry());
        Assert.ThrowsAny<System.Data.Common.DbException>(() => Tamper("TRUNCATE audit"));
    }

    [Fact]
    public void Two_that_write_at_once_take_turns()
    {
        using var other = Store.Put("k", "d", "{}"u8.ToArray(), 0, Stored.Entry()).Done ? Open() : null;
        Parallel.ForEach(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => (i % 2 == 0 ? Store : other!).Note(Stored.Entry()));
        Assert.Equal((41, (long?)null), (Store.CheckAudit().Entries, Store.CheckAudit().BrokenAt));
    }
}
