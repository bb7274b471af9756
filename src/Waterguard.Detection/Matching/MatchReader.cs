using System.Collections.Immutable;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;

namespace Waterguard.Detection.Matching;

/// <summary>Reads a record that has matched once more, for everything that people and correlations want to know of it. Kept apart from the plan, so that
/// records that match nothing pay nothing for it. Immutable; shared.</summary>
public sealed class MatchReader
{
    private readonly EventLayout _layout;
    private readonly EventShape _shape;
    private readonly FieldBinding[] _time;
    private readonly FieldBinding[] _id;
    private readonly (string Kind, FieldBinding[] Names)[] _entities;

    /// <summary>A reader for the records of one form.</summary>
    /// <param name="names">All names that some reason, group or correlation reads.</param>
    public MatchReader(EventShape shape, IEnumerable<string> names)
    {
        _shape = shape;
        var builder = new EventLayout.Builder(shape);
        foreach (var name in names) builder.Bind(name);
        _time = [.. shape.Time.Select(builder.Bind)];
        _id = [.. shape.Id.Select(builder.Bind)];
        _entities = [.. shape.Entities.Select(e => (e.Key, e.Value.Select(builder.Bind).ToArray()))];
        _layout = builder.Build();
    }

    /// <summary>Reads the record into <paramref name="fields"/>, for the calls that follow.</summary>
    public void Read(EventReader reader, EventBuffer fields, byte[] buffer, int start, int length)
    {
        reader.TryRead(buffer, start, length, _layout.Tree, fields, out _);
        _layout.Complete(fields);
    }

    /// <summary>The time of a record that nobody else reads; null when it has none that can be read.</summary>
    public DateTimeOffset? TimeOf(EventReader reader, EventBuffer fields, ReadOnlyMemory<byte> record)
    {
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(record, out var bytes)) return null;
        Read(reader, fields, bytes.Array!, bytes.Offset, bytes.Count);
        return TryTime(fields, out var time) ? time : null;
    }

    /// <summary>What all matches of the record that was read last have in common.</summary>
    public MatchedRecord Subject(EventBuffer fields, string file, long line, long offset, RawRecord? raw, TextTable texts)
    {
        var known = TryTime(fields, out var time);
        return new MatchedRecord(
            RecordIdentity.Of(_shape.Source, _id, fields), time, known, Entities(fields, texts), new Evidence(_shape.Source, file, line, offset, known ? time : null, raw));
    }

    /// <summary>The match of one rule on that record, with the names that its consumers read.</summary>
    public Match Describe(SigmaRule rule, IReadOnlyList<string> names, MatchedRecord record, EventBuffer fields, TextTable texts) =>
        new(rule, record.Id, record.Time, record.TimeKnown, Values(names, fields, texts), record.Entities, record.Evidence);

    private bool TryTime(EventBuffer fields, out DateTimeOffset time)
    {
        foreach (var name in _time)
        {
            foreach (var tier in name.Tiers)
            {
                foreach (var slot in tier)
                {
                    var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot);
                    if (value >= 0 && EventTime.TryParse(fields.Utf8(value), out time)) return true;
                }
            }
        }

        time = DateTimeOffset.UnixEpoch;
        return false;
    }

    private ImmutableDictionary<string, ImmutableArray<string>> Values(IReadOnlyList<string> names, EventBuffer fields, TextTable texts)
    {
        if (names.Count == 0) return ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        var values = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var name in names) values[name] = _layout.Find(name) is { } binding ? Texts(binding, fields, texts) : [];
        return values.ToImmutable();
    }

    private ImmutableSortedDictionary<string, ImmutableArray<string>> Entities(EventBuffer fields, TextTable texts)
    {
        var entities = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var (kind, names) in _entities)
        {
            if (names is [var only])
            {
                var few = Texts(only, fields, texts);
                if (few.Length == 0 || few is [""]) continue;
                if (few.Length == 1)
                {
                    entities[kind] = few;
                    continue;
                }
            }

            var found = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var name in names) found.UnionWith(Texts(name, fields, texts));
            found.Remove("");
            if (found.Count > 0) entities[kind] = found.Count == 1 ? texts.Single(found.Min!) : [.. found];
        }

        return entities.ToImmutable();
    }

    private static ImmutableArray<string> Texts(FieldBinding name, EventBuffer fields, TextTable texts)
    {
        var found = ImmutableArray.CreateBuilder<string>(0);
        foreach (var tier in name.Tiers)
        {
            foreach (var slot in tier)
            {
                if (slot.Constant is { } constant) found.Add(constant);
                for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
                {
                    if (!slot.Includes(fields, value) || fields[value].Kind is ValueKind.Null or ValueKind.Object or ValueKind.EmptyArray) continue;
                    var text = texts.Of(fields.Chars(value));
                    if (slot.Values is null) found.Add(text);
                    else if (slot.Values.TryGetValue(text, out var mapped)) found.Add(mapped);
                }
            }

            if (found.Count > 0) break;
        }

        return found.Count == 1 ? texts.Single(found[0]) : found.ToImmutable();
    }
}

/// <summary>A record that matched something.</summary>
public sealed record MatchedRecord(
    string Id, DateTimeOffset Time, bool TimeKnown, ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, Evidence Evidence);
