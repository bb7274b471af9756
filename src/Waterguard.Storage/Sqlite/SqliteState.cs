using System.Buffers.Binary;
using Microsoft.Data.Sqlite;

namespace Waterguard.Storage.Sqlite;

/// <summary>State in the tables of the store.</summary>
internal static class SqliteState
{
    private const int KeyBytes = 16;

    /// <summary>Within the transaction that is open.</summary>
    public static void Write(SqliteConnection connection, string journal, StoredState state)
    {
        using var put = Prepare(connection, "INSERT INTO state VALUES($1, $2, $3) ON CONFLICT DO UPDATE SET value = excluded.value", 3);
        using var remove = Prepare(connection, "DELETE FROM state WHERE owner = $1 AND key = $2", 2);
        foreach (var (owner, key, value) in state.Keys)
        {
            var command = value is null ? remove : put;
            var bytes = new byte[KeyBytes];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
            (command.Parameters[0].Value, command.Parameters[1].Value) = (owner, bytes);
            if (value is { } kept) put.Parameters[2].Value = kept.ToArray();
            command.ExecuteNonQuery();
        }

        using var part = Prepare(connection, "INSERT INTO state_parts VALUES($1, $2) ON CONFLICT DO UPDATE SET value = excluded.value", 2);
        foreach (var (name, value) in state.Parts)
        {
            (part.Parameters[0].Value, part.Parameters[1].Value) = (name, value.ToArray());
            part.ExecuteNonQuery();
        }

        using var position = Prepare(connection, "INSERT INTO state_position VALUES(1, $1, $2) ON CONFLICT DO UPDATE SET journal = excluded.journal, sequence = excluded.sequence", 2);
        (position.Parameters[0].Value, position.Parameters[1].Value) = (journal, state.Position);
        position.ExecuteNonQuery();
    }

    public static StoredState? Read(SqliteConnection connection, string journal)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT journal, sequence FROM state_position";
        long position;
        using (var reader = command.ExecuteReader())
        {
            if (!reader.Read()) return null;
            position = reader.GetString(0) == journal ? reader.GetInt64(1) : 0;
        }

        var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        command.CommandText = "SELECT name, value FROM state_parts";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read()) parts[reader.GetString(0)] = (byte[])reader[1];
        }

        var keys = new List<StoredKey>();
        command.CommandText = "SELECT owner, key, value FROM state";
        using (var reader = command.ExecuteReader())
        {
            var owners = new Dictionary<string, string>(StringComparer.Ordinal);
            while (reader.Read())
            {
                var owner = reader.GetString(0);
                if (!owners.TryGetValue(owner, out var known)) owners[owner] = known = owner;
                if (reader[1] is byte[] { Length: KeyBytes } key) keys.Add(new StoredKey(known, BinaryPrimitives.ReadUInt128BigEndian(key), (byte[])reader[2]));
            }
        }

        return new StoredState(position, parts, keys);
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string text, int parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i });
        command.Prepare();
        return command;
    }
}
