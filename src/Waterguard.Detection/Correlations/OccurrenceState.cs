using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>What a window remembers of matches, as bytes and back.</summary>
internal static class OccurrenceState
{
    private const int Plain = 1; // one event, at its own time
    private const int SameEntities = 2;

    /// <param name="names">The names whose values are read again; null: all.</param>
    public static void Write(this StateWriter writer, Occurrence one, ImmutableHashSet<string>? names)
    {
        var plain = one.Events == 1 && one.Evidence is [{ Time: { } time }] && time.UtcTicks == one.Ticks;
        var same = ReferenceEquals(writer.Entities, one.Entities) || (writer.Entities is not null && AreSame(writer.Entities, one.Entities));
        writer.Count((plain ? Plain : 0) | (same ? SameEntities : 0));
        writer.Text(one.RuleId);
        writer.Id(one.RecordId);
        writer.Time(one.Ticks);
        var kept = names is null ? one.Values : one.Values.Where(v => names.Contains(v.Key));
        writer.Named(kept.OrderBy(v => v.Key, StringComparer.Ordinal));
        if (!same) writer.Named(one.Entities);
        writer.Entities = one.Entities;
        if (plain)
        {
            writer.Place(one.Evidence[0]);
            return;
        }

        writer.Count(one.Events);
        writer.Count(one.Evidence.Length);
        foreach (var evidence in one.Evidence) writer.Write(evidence);
    }

    public static Occurrence Occurrence(this StateReader reader, IRawPlaces? raws)
    {
        var kind = reader.Count();
        var (rule, record, ticks) = (reader.Text(), reader.Text(), reader.Time());
        var values = reader.Named().ToImmutableDictionary(StringComparer.Ordinal);
        if ((kind & SameEntities) == 0) reader.Entities = reader.Named().ToImmutableSortedDictionary(StringComparer.Ordinal);
        var entities = reader.Entities ?? throw StateReader.Damaged();
        if ((kind & Plain) != 0) return new Occurrence(rule, record, ticks, values, entities, [reader.Place(raws) with { Time = TimeOf(ticks) }], 1);
        var events = reader.Count();
        return new Occurrence(rule, record, ticks, values, entities, [.. reader.Evidence(raws)], events);
    }

    public static void Write(this StateWriter writer, Evidence evidence)
    {
        writer.Place(evidence);
        writer.Flag(evidence.Time is not null);
        if (evidence.Time is { } time) writer.Time(time.UtcTicks);
    }

    private static void Place(this StateWriter writer, Evidence evidence)
    {
        writer.Word(evidence.Source);
        writer.Word(evidence.File);
        writer.Number(evidence.Line);
        writer.Number(evidence.Offset);
        if (evidence.Raw is not { } raw)
        {
            writer.Count(0);
        }
        else if (raw.Place is var (at, length))
        {
            writer.Count(1);
            writer.Count(at);
            writer.Count(length);
        }
        else
        {
            writer.Count(2);
            writer.Bytes(raw.Read().Span);
        }
    }

    public static Evidence[] Evidence(this StateReader reader, IRawPlaces? raws)
    {
        var all = new Evidence[reader.Length()];
        for (var i = 0; i < all.Length; i++)
        {
            var place = reader.Place(raws);
            all[i] = reader.Flag() ? place with { Time = TimeOf(reader.Time()) } : place;
        }

        return all;
    }

    private static Evidence Place(this StateReader reader, IRawPlaces? raws) => new(reader.Text(), reader.Text(), reader.Number(), reader.Number(), null, reader.Count() switch
    {
        0 => null,
        1 => Placed(reader, raws),
        _ => RawRecord.FromBytes(reader.Bytes()),
    });

    private static bool AreSame(ImmutableSortedDictionary<string, ImmutableArray<string>> left, ImmutableSortedDictionary<string, ImmutableArray<string>> right) =>
        left.Count == right.Count && left.All(l => right.TryGetValue(l.Key, out var values) && values.AsSpan().SequenceEqual(l.Value.AsSpan()));

    public static void Named(this StateWriter writer, IEnumerable<KeyValuePair<string, ImmutableArray<string>>> named)
    {
        var all = named.ToArray();
        writer.Count(all.Length);
        foreach (var (name, values) in all)
        {
            writer.Text(name);
            writer.Texts(values);
        }
    }

    public static IEnumerable<KeyValuePair<string, ImmutableArray<string>>> Named(this StateReader reader)
    {
        var all = new KeyValuePair<string, ImmutableArray<string>>[reader.Length()];
        for (var i = 0; i < all.Length; i++) all[i] = new(reader.Text(), reader.Texts());
        return all;
    }

    private static RawRecord? Placed(StateReader reader, IRawPlaces? raws)
    {
        var (at, length) = (reader.Count(), reader.Count());
        return length is >= 0 and <= int.MaxValue ? raws?.Find(at, (int)length) : throw StateReader.Damaged();
    }

    private static DateTimeOffset TimeOf(long ticks) => (ulong)ticks <= (ulong)DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw StateReader.Damaged();
}
