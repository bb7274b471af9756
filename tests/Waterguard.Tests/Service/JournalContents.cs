using System.Text;
using Waterguard.Events.Framing;
using Waterguard.Storage.Journals;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Tests.Service;

/// <summary>What a data folder holds, read while nobody or somebody writes.</summary>
internal static class JournalContents
{
    /// <summary>All records in the journal, in order.</summary>
    public static IEnumerable<string> Records(string data, string? partition = null)
    {
        using var reader = new JournalReader(Path.Combine(data, "journal.db"));
        var batch = new RecordBatch();
        for (long behind = 0; ;)
        {
            var rows = reader.Next(behind, 100);
            if (rows.Count == 0) yield break;
            foreach (var row in rows)
            {
                behind = row.Sequence;
                if (partition is not null && row.Partition != partition) continue;
                RecordBlock.Read(row.Block!, row.Place, row.Sequence, batch);
                foreach (var record in batch.Records.ToArray()) yield return Encoding.UTF8.GetString(batch.Buffer, record.Start, record.Length);
            }
        }
    }

    /// <summary>How many records there are, without reading them.</summary>
    public static long Count(string data) => Number(data, "SELECT coalesce(sum(records), 0) FROM batches");

    /// <summary>How many partitions have a position.</summary>
    public static long Positions(string data) => Number(data, "SELECT count(*) FROM positions");

    private static long Number(string data, string text)
    {
        var file = Path.Combine(data, "journal.db");
        if (!File.Exists(file)) return 0;
        try
        {
            using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
            command.CommandText = text;
#pragma warning restore CA2100
            return (long)command.ExecuteScalar()!;
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return 0; // not made yet
        }
    }

    /// <summary>Ids of the alerts in the store.</summary>
    public static string[] AlertIds(string data)
    {
        using var store = SqliteStore.Open(data);
        return [.. store.Alerts(int.MaxValue).Select(a => a.Id).Order(StringComparer.Ordinal)];
    }
}
