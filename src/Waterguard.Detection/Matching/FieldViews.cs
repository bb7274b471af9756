using System.Collections.Immutable;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>The values that a record has for a name, and where they came from.</summary>
/// <param name="Tier"><c>raw</c>, <c>constant</c>, or the paths that the source maps the name to; empty when the record has no value.</param>
/// <param name="Values">As JSON would show them: texts in quotes, <c>null</c>, <c>{…}</c>, <c>[]</c>.</param>
public sealed record FieldView(string Name, string Tier, ImmutableArray<string> Values);

/// <summary>Shows people what a record has for the names that a rule reads: by the same bindings as the rule's clauses. Immutable.</summary>
public sealed class FieldViews
{
    private const int MaxPaths = 3;
    private readonly EventShape _shape;
    private readonly EventLayout _layout;
    private readonly ImmutableArray<string> _names;

    /// <summary>Views of these names in records of one form.</summary>
    public FieldViews(EventShape shape, IEnumerable<string> names)
    {
        _shape = shape;
        _names = [.. names.Distinct(StringComparer.Ordinal)];
        var builder = new EventLayout.Builder(shape);
        foreach (var name in _names) builder.Bind(name);
        _layout = builder.Build();
    }

    /// <summary>Reads a record: a view of every name.</summary>
    public ImmutableDictionary<string, FieldView> Read(byte[] record)
    {
        var (reader, fields) = (new EventReader(), new EventBuffer());
        reader.TryRead(record, 0, record.Length, _layout.Tree, fields, out _);
        _layout.Complete(fields);
        return _names.ToImmutableDictionary(n => n, n => View(n, fields), StringComparer.Ordinal);
    }

    private FieldView View(string name, EventBuffer fields)
    {
        var tiers = _layout.Find(name)!.Tiers;
        for (var i = 0; i < tiers.Length; i++)
        {
            var values = tiers[i].SelectMany(slot => Values(slot, fields)).ToImmutableArray();
            if (values.Length > 0) return new FieldView(name, i == 0 ? "raw" : Mapped(name), values);
        }

        return new FieldView(name, "", []);
    }

    private string Mapped(string name)
    {
        var mapping = _shape.Map[name];
        if (mapping.Constant is not null) return "constant";
        var paths = string.Join(", ", mapping.Paths.Take(MaxPaths));
        return mapping.Paths.Length > MaxPaths ? $"{paths} and {mapping.Paths.Length - MaxPaths} more" : paths;
    }

    private static List<string> Values(SlotBinding slot, EventBuffer fields)
    {
        var texts = new List<string>();
        if (slot.Constant is { } constant) texts.Add($"'{constant}'");
        for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
        {
            if (!slot.Includes(fields, value)) continue;
            texts.Add(fields[value].Kind switch
            {
                ValueKind.Null => "null",
                ValueKind.Object => "{…}",
                ValueKind.EmptyArray => "[]",
                ValueKind.String => Meant(slot, fields.Chars(value).ToString(), "'"),
                _ => Meant(slot, fields.Chars(value).ToString(), ""),
            });
        }

        return texts;
    }

    private static string Meant(SlotBinding slot, string raw, string quote)
    {
        var shown = quote + raw + quote;
        if (slot.Values is not { } values) return shown;
        return values.TryGetValue(raw, out var meant) ? $"'{meant}' (which {shown} stands for)" : $"nothing (which {shown} stands for)";
    }
}
