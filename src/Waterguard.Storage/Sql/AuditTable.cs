using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Storage.Sql;

/// <summary>The audit in the tables of the store: a chain of hashes, only added to.</summary>
internal static class AuditTable
{
    private const string Columns = "sequence, time, actor, role, action, subject, detail, address, hash";
    private const int Together = 1000;

    /// <summary>Within the transaction that is open, whose turn it is.</summary>
    /// <returns>The entry's sequence.</returns>
    public static long Append(Session session, AuditEntry entry)
    {
        var (last, before) = session.All("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1", r => (r.GetInt64(0), r.GetFieldValue<byte[]>(1))) is [var newest] ? newest : (0, []);
        var sequence = last + 1;
        var hash = Hash(before, sequence, entry);
        session.Run("INSERT INTO audit VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            sequence, entry.Time.ToUnixTimeMilliseconds(), entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Detail.ToArray(), entry.Address, hash);
        return sequence;
    }

    public static IReadOnlyList<AuditRecord> List(Session session, long before, int most) =>
        session.All($"SELECT {Columns} FROM audit WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2", Read, before, (long)Math.Max(0, most));

    public static AuditCheck Check(Session session)
    {
        long sequence = 0;
        ReadOnlyMemory<byte> hash = Array.Empty<byte>();
        AuditCheck Broken(string what) => new(sequence, sequence + 1, what, Convert.ToHexStringLower(hash.Span));
        while (session.All($"SELECT {Columns} FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2", Read, sequence, (long)Together) is { Count: > 0 } records)
        {
            foreach (var record in records)
            {
                if (record.Sequence != sequence + 1) return Broken($"the entry is missing; the next one is {record.Sequence}");
                if (!Hash(hash.Span, record.Sequence, record.Entry).AsSpan().SequenceEqual(record.Hash.Span)) return Broken("the entry is not what was written, or one before it was replaced");
                (sequence, hash) = (record.Sequence, record.Hash);
            }
        }

        var latest = session.First<long>("SELECT max(revision) FROM documents");
        return latest > sequence ? Broken($"the entry is missing; a document has revision {latest}") : new AuditCheck(sequence, null, null, Convert.ToHexStringLower(hash.Span));
    }

    // Every field with its length before it: nothing can move from one to the next.
    private static byte[] Hash(ReadOnlySpan<byte> before, long sequence, AuditEntry entry)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        Add(before, number);
        foreach (var value in new[] { sequence, entry.Time.ToUnixTimeMilliseconds() })
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            sha.AppendData(number);
        }

        foreach (var text in new[] { entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Address }) Add(Encoding.UTF8.GetBytes(Session.Text(text)), number);
        Add(entry.Detail.Span, number);
        return sha.GetHashAndReset();

        void Add(ReadOnlySpan<byte> field, Span<byte> length)
        {
            BinaryPrimitives.WriteInt64BigEndian(length, field.Length);
            sha.AppendData(length);
            sha.AppendData(field);
        }
    }

    private static AuditRecord Read(DbDataReader row) => new(
        row.GetInt64(0),
        new AuditEntry(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<byte[]>(6), row.GetString(7)),
        row.GetFieldValue<byte[]>(8));
}
