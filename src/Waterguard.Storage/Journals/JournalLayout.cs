namespace Waterguard.Storage.Journals;

/// <summary>The journal's tables, in the steps in which they came to be. A step is never changed after a release.</summary>
internal static class JournalLayout
{
    public static ReadOnlySpan<string> Steps => new[]
    {
        """
        CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        INSERT INTO about VALUES ('id', lower(hex(randomblob(16))));
        CREATE TABLE batches(
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, input TEXT NOT NULL, partition TEXT NOT NULL, source TEXT, place TEXT NOT NULL,
            ingested INTEGER NOT NULL, records INTEGER NOT NULL, block BLOB NOT NULL);
        CREATE TABLE positions(input TEXT NOT NULL, partition TEXT NOT NULL, position TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY(input, partition)) WITHOUT ROWID;
        CREATE TABLE keys(input TEXT NOT NULL, key TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY(input, key)) WITHOUT ROWID;
        CREATE INDEX keys_by_age ON keys(sequence);
        """,
    };
}
