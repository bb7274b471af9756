using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Census;

/// <summary>Reads facts from records that fit a reading. Kept apart from the plan, like <see cref="MatchReader"/>: records that tell nothing pay nothing for it. Immutable; shared.</summary>
public sealed class FactReader
{
    private readonly EventLayout _layout;
    private readonly FieldBinding[] _time;
    private readonly ImmutableDictionary<string, BoundReading> _readings;

    /// <summary>A reader for the records of one form.</summary>
    public FactReader(EventShape shape, IEnumerable<Reading> readings)
    {
        var builder = new EventLayout.Builder(shape);
        _readings = readings.ToImmutableDictionary(r => r.Id, r => new BoundReading(r, builder), StringComparer.Ordinal);
        _time = [.. shape.Time.Select(builder.Bind)];
        _layout = builder.Build();
    }

    /// <summary>Reads the record into <paramref name="fields"/>, for the calls that follow.</summary>
    public void Read(EventReader reader, EventBuffer fields, byte[] buffer, int start, int length)
    {
        reader.TryRead(buffer, start, length, _layout.Tree, fields, out _);
        _layout.Complete(fields);
    }

    /// <summary>Gives the facts of the record that was read last.</summary>
    /// <returns>False when the record has no time that can be read: then it tells nothing.</returns>
    public bool Facts(Reading reading, EventBuffer fields, TextTable texts, Action<Fact> tell)
    {
        if (!TryTime(fields, out var time)) return false;
        foreach (var parts in _readings[reading.Id].Parts(fields, texts))
        {
            var fact = new Fact(reading.Witness, reading.Subject, reading.Saying, time.UtcTicks, parts);
            if (reading.Requires.All(fact.Has)) tell(fact);
        }

        return true;
    }

    private bool TryTime(EventBuffer fields, out DateTimeOffset time)
    {
        foreach (var slot in _time.SelectMany(t => t.Slots))
        {
            var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot);
            if (value >= 0 && EventTime.TryParse(fields.Utf8(value), out time)) return true;
        }

        time = default;
        return false;
    }

    private sealed class BoundReading
    {
        private readonly (string Part, FieldBinding[] Names)[] _record;
        private readonly (string Part, FieldBinding[] Names)[] _element;
        private readonly int[] _arrays;

        public BoundReading(Reading reading, EventLayout.Builder builder)
        {
            _record = [.. reading.Fields.Select(f => (f.Key, f.Value.Select(builder.Bind).ToArray()))];
            _arrays = [.. reading.Each.SelectMany(e => builder.Arrays(e).Select(a => a.ArrayId)).Distinct()];
            _element = [.. reading.ElementFields.Select(f => (f.Key, f.Value.SelectMany(v => reading.Each.Select(e => builder.Bind($"{e}.{v}"))).ToArray()))];
        }

        public IEnumerable<ImmutableArray<KeyValuePair<string, ImmutableArray<string>>>> Parts(EventBuffer fields, TextTable texts)
        {
            var whole = ImmutableArray.CreateBuilder<KeyValuePair<string, ImmutableArray<string>>>(_record.Length + _element.Length);
            Add(_record, fields, texts, -1, whole);
            if (_arrays.Length == 0) return [whole.ToImmutable()];
            var all = new List<ImmutableArray<KeyValuePair<string, ImmutableArray<string>>>>();
            var ofRecord = whole.Count;
            for (var element = 0; element < fields.ElementCount; element++)
            {
                if (!_arrays.Contains(fields.ArrayOf(element))) continue;
                whole.Count = ofRecord;
                Add(_element, fields, texts, element, whole);
                all.Add(whole.ToImmutable());
            }

            return all;
        }

        private static void Add((string Part, FieldBinding[] Names)[] parts, EventBuffer fields, TextTable texts, int element, ImmutableArray<KeyValuePair<string, ImmutableArray<string>>>.Builder found)
        {
            foreach (var (part, names) in parts)
            {
                if (Texts(names, fields, texts, element) is { IsEmpty: false } values) found.Add(new(part, values));
            }
        }

        private static ImmutableArray<string> Texts(FieldBinding[] names, EventBuffer fields, TextTable texts, int element)
        {
            foreach (var name in names)
            {
                foreach (var tier in name.Tiers)
                {
                    var found = ImmutableArray.CreateBuilder<string>(0);
                    foreach (var slot in tier) Texts(slot, fields, texts, element, found);
                    if (found.Count > 0) return found.Count == 1 ? texts.Single(found[0]) : found.ToImmutable();
                }
            }

            return [];
        }

        private static void Texts(SlotBinding slot, EventBuffer fields, TextTable texts, int element, ImmutableArray<string>.Builder found)
        {
            if (slot.Constant is { } constant) found.Add(constant);
            for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
            {
                if (!slot.Includes(fields, value) || fields[value].Kind is ValueKind.Null or ValueKind.Object or ValueKind.EmptyArray || !ElementScope.Contains(fields, element, fields[value].Element)) continue;
                var text = texts.Of(fields.Chars(value));
                if (slot.Values is not null)
                {
                    if (slot.Values.TryGetValue(text, out var mapped)) found.Add(mapped);
                }
                else if (text.Length > 0)
                {
                    found.Add(text);
                }
            }
        }
    }
}
