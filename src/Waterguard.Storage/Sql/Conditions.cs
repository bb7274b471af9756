using System.Globalization;

namespace Waterguard.Storage.Sql;

/// <summary>The conditions of a query, all of which must hold, and their values: texts of ours with the values of others as parameters.</summary>
internal sealed class Conditions(Dialect dialect)
{
    private readonly List<string> _all = [];
    private readonly List<object?> _values = [];

    public object?[] Values => [.. _values];

    /// <summary>Takes a value in; gives the parameter's place.</summary>
    public string Add(object value)
    {
        _values.Add(value is int number ? (long)number : value);
        return "$" + _values.Count.ToString(CultureInfo.InvariantCulture);
    }

    public void Add(string compared, object value) => _all.Add($"{compared} {Add(value)}");

    public void AddText(string text) => _all.Add(text);

    /// <summary>Any of the values; all, where there are none.</summary>
    public void AddAny(string column, IReadOnlyList<object> values)
    {
        if (values.Count > 0) _all.Add($"{column} IN ({string.Join(", ", values.Select(Add))})");
    }

    public void AddContains(string column, string part) => _all.Add(dialect.Contains(column, Add(part)));

    public void AddEntity(string format, StoredEntity entity) => _all.Add(string.Format(CultureInfo.InvariantCulture, format, Add(entity.Kind), Add(AlertColumns.Key(entity.Name))));

    public void AddBefore(string column, AlertCursor before)
    {
        var time = Add(before.Time.ToUnixTimeMilliseconds());
        _all.Add($"({column} < {time} OR ({column} = {time} AND id < {Add(before.Id)}))");
    }

    public override string ToString() => _all.Count == 0 ? "" : " WHERE " + string.Join(" AND ", _all);
}
