using System.Buffers.Binary;

namespace Waterguard.Storage.Sql;

/// <summary>State in the tables of the store.</summary>
internal static class StateTable
{
    private const int KeyBytes = 16;

    /// <summary>Within the transaction that is open.</summary>
    public static void Write(Session session, string journal, StoredState state)
    {
        // What is said of a key last holds; one statement cannot change a row twice.
        var last = new Dictionary<(string Owner, UInt128 Key), ReadOnlyMemory<byte>?>();
        foreach (var (owner, key, value) in state.Keys) last[(owner, key)] = value;
        session.Many("INSERT INTO state VALUES ", " ON CONFLICT(owner, key) DO UPDATE SET value = excluded.value",
            [.. last.Where(k => k.Value is not null).Select(k => new object?[] { k.Key.Owner, Bytes(k.Key.Key), k.Value!.Value.ToArray() })]);
        session.Many("DELETE FROM state WHERE (owner, key) IN (VALUES ", ")", [.. last.Where(k => k.Value is null).Select(k => new object?[] { k.Key.Owner, Bytes(k.Key.Key) })]);
        session.Many("INSERT INTO state_parts VALUES ", " ON CONFLICT(name) DO UPDATE SET value = excluded.value", [.. state.Parts.Select(p => new object?[] { p.Key, p.Value.ToArray() })]);
        session.Run("INSERT INTO state_position VALUES(1, $1, $2) ON CONFLICT(one) DO UPDATE SET journal = excluded.journal, sequence = excluded.sequence", journal, state.Position);
    }

    public static StoredState? Read(Session session, string journal)
    {
        if (session.All("SELECT journal, sequence FROM state_position", r => (Journal: r.GetString(0), Sequence: r.GetInt64(1))) is not [var (from, sequence)]) return null;
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, value) in session.All("SELECT name, value FROM state_parts", r => (r.GetString(0), r.GetFieldValue<byte[]>(1)))) parts[name] = value;
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var keys = session.All<StoredKey?>("SELECT owner, key, value FROM state", r =>
        {
            var owner = r.GetString(0);
            if (!owners.TryGetValue(owner, out var known)) owners[owner] = known = owner;
            return r.GetFieldValue<byte[]>(1) is { Length: KeyBytes } key ? new StoredKey(known, BinaryPrimitives.ReadUInt128BigEndian(key), r.GetFieldValue<byte[]>(2)) : null;
        });
        return new StoredState(from == journal ? sequence : 0, parts, [.. keys.OfType<StoredKey>()]);
    }

    private static byte[] Bytes(UInt128 key)
    {
        var bytes = new byte[KeyBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return bytes;
    }
}
