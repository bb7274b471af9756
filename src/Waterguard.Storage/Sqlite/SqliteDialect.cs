using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Waterguard.Storage.Journals;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Sqlite;

/// <summary>A file of SQLite.</summary>
internal sealed class SqliteDialect(string file) : Dialect
{
    private const int Fault = 1, Constraint = 19, Mismatch = 20, Range = 25;

    public override string Place => file;

    public override DbConnection Connect() => Database.OpenForWriting(file);

    public override DbConnection ConnectForReading() => Database.OpenForReading(file);

    public override string ParameterName(int number) => "$" + number.ToString(CultureInfo.InvariantCulture);

    public override string Layout(string text) => text;

    public override string RefuseChanges(string table) =>
        $"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: entries are never changed'); END;"
        + $"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: entries are never removed'); END;";

    public override string Contains(string text, string part) => $"instr({text}, {part}) > 0";

    public override long VersionOf(Session session) => session.First<long>("PRAGMA user_version");

    public override void SetVersion(Session session, long version) => session.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={version}"));

    public override IReadOnlyList<string> Integrity(Session session) => [.. session.All("PRAGMA integrity_check(20)", r => r.GetString(0)).Where(t => t != "ok")];

    // A transaction that writes begins alone.
    public override void TakeTurn(Session session)
    {
    }

    // What a statement of ours did wrong is not mended by waiting.
    public override StorageUnavailableException? Unavailable(Exception error) => error is SqliteException { SqliteErrorCode: not (Fault or Constraint or Mismatch or Range) } e && Database.OutcomeOf(e) is var outcome and not AppendOutcome.Damaged
        ? new StorageUnavailableException(outcome == AppendOutcome.DiskFull ? "the store cannot be written: the disk is full" : $"the store cannot be written: {e.Message}", e)
        : null;
}
