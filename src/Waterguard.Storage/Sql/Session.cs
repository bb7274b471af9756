using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Waterguard.Storage.Sql;

/// <summary>Statements on one connection, within its transaction if there is one. Used by one thread at a time.</summary>
internal sealed class Session(DbConnection connection, Dialect dialect, DbTransaction? transaction = null, Dictionary<string, DbCommand>? prepared = null)
{
    // Both databases take more; but SQLite finds each parameter by walking through all of them.
    private const int MostParameters = 600;

    // Statements for one row come again and again; those for many have a length of their own.
    private const int MostOfPrepared = 16;

    public Dialect Dialect => dialect;

    /// <returns>How many rows it changed.</returns>
    public int Run(string text, params ReadOnlySpan<object?> values)
    {
        var command = Command(text, values, out var isOnce);
        try
        {
            return command.ExecuteNonQuery();
        }
        finally
        {
            if (isOnce) command.Dispose();
        }
    }

    /// <summary>The first value of the first row; null where there is none.</summary>
    public T? First<T>(string text, params ReadOnlySpan<object?> values) => All(text, r => r.IsDBNull(0) ? default : r.GetFieldValue<T>(0), values) is [var first, ..] ? first : default;

    public List<T> All<T>(string text, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var command = Command(text, values, out var isOnce);
        try
        {
            using var reader = command.ExecuteReader();
            var all = new List<T>();
            while (reader.Read()) all.Add(read(reader));
            return all;
        }
        finally
        {
            if (isOnce) command.Dispose();
        }
    }

    /// <summary>One statement for many rows: <c>before (row), (row), … after</c>, in as few pieces as the databases allow.</summary>
    public int Many(string before, string after, IReadOnlyList<object?[]> rows)
    {
        var changed = 0;
        foreach (var piece in rows.Count == 0 ? [] : rows.Chunk(Math.Max(1, MostParameters / rows[0].Length))) changed += Run(before + Rows(piece) + after, Flat(piece));
        return changed;
    }

    /// <summary>One question about many: <c>before ($1, $2, …)</c>.</summary>
    public List<T> AllOf<T>(string before, Func<DbDataReader, T> read, IEnumerable<string> values)
    {
        var all = new List<T>();
        foreach (var piece in values.Chunk(MostParameters)) all.AddRange(All(before + Rows([piece]), read, piece));
        return all;
    }

    /// <summary>Text as both databases keep it: without what is no character.</summary>
    public static string Text(string text) =>
        text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 && !text.Contains('\0', StringComparison.Ordinal) ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');

    private static object?[] Flat(object?[][] rows) => [.. rows.SelectMany(r => r)];

    private static string Rows(IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder();
        var number = 0;
        foreach (var row in rows)
        {
            text.Append(text.Length == 0 ? "(" : ", (");
            for (var i = 0; i < row.Length; i++) text.Append(i == 0 ? "$" : ", $").Append((++number).ToString(CultureInfo.InvariantCulture));
            text.Append(')');
        }

        return text.ToString();
    }

    private DbCommand Command(string text, ReadOnlySpan<object?> values, out bool isOnce)
    {
        isOnce = false;
        if (prepared is null || !prepared.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
            command.CommandText = text;
#pragma warning restore CA2100
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = dialect.ParameterName(i + 1);
                command.Parameters.Add(parameter);
            }

            isOnce = prepared is null || values.Length is 0 or > MostOfPrepared;
            if (!isOnce) prepared![text] = command;
        }

        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] is string value ? Text(value) : values[i] ?? DBNull.Value;
        return command;
    }
}
