using System.Collections.Immutable;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Coverage;

/// <summary>Where a name's values are; the first tier that has any speaks for it, as everywhere.</summary>
internal readonly struct Probe(FieldBinding name)
{
    private const int MostCharacters = 200;

    public bool Has(EventBuffer fields)
    {
        foreach (var tier in name.Tiers)
        {
            foreach (var slot in tier)
            {
                if (slot.Constant is not null) return true;
                for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
                {
                    if (fields[value].Kind is ValueKind.Null or ValueKind.EmptyArray || !slot.Includes(fields, value)) continue;
                    if (slot.Values is null || slot.Values.ContainsKey(fields.Chars(value).ToString())) return true;
                }
            }
        }

        return false;
    }

    /// <summary>The values, cut where they are long.</summary>
    public ImmutableArray<string> Texts(EventBuffer fields)
    {
        var found = ImmutableArray.CreateBuilder<string>(0);
        foreach (var tier in name.Tiers)
        {
            foreach (var slot in tier)
            {
                if (slot.Constant is { } constant) found.Add(constant);
                for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
                {
                    if (fields[value].Kind is ValueKind.Null or ValueKind.Object or ValueKind.EmptyArray || !slot.Includes(fields, value)) continue;
                    var chars = fields.Chars(value);
                    var text = (chars.Length > MostCharacters ? chars[..MostCharacters] : chars).ToString();
                    if (slot.Values is null) found.Add(text);
                    else if (slot.Values.TryGetValue(text, out var meant)) found.Add(meant);
                }
            }

            if (found.Count > 0) break;
        }

        return found.ToImmutable();
    }
}
