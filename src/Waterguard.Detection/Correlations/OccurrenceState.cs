using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>What a window remembers of matches, as bytes and back.</summary>
internal static class OccurrenceState
{
    /// <param name="names">The names whose values are read again; null: all.</param>
    public static void Write(this StateWriter writer, Occurrence one, ImmutableHashSet<string>? names)
    {
        writer.Text(one.RuleId);
        writer.Id(one.RecordId);
        writer.Time(one.Ticks);
        writer.Count(one.Events);
        var kept = names is null ? one.Values : one.Values.Where(v => names.Contains(v.Key));
        writer.Named(kept.OrderBy(v => v.Key, StringComparer.Ordinal));
        writer.Named(one.Entities);
        writer.Count(one.Evidence.Length);
        foreach (var evidence in one.Evidence) writer.Write(evidence);
    }

    public static Occurrence Occurrence(this StateReader reader, IRawPlaces? raws)
    {
        var (rule, record, ticks, events) = (reader.Text(), reader.Text(), reader.Time(), reader.Count());
        var values = reader.Named().ToImmutableDictionary(StringComparer.Ordinal);
        var entities = reader.Named().ToImmutableSortedDictionary(StringComparer.Ordinal);
        return new Occurrence(rule, record, ticks, values, entities, [.. reader.Evidence(raws)], events);
    }

    public static void Write(this StateWriter writer, Evidence evidence)
    {
        writer.Text(evidence.Source);
        writer.Text(evidence.File);
        writer.Number(evidence.Line);
        writer.Number(evidence.Offset);
        writer.Flag(evidence.Time is not null);
        if (evidence.Time is { } time) writer.Time(time.UtcTicks);
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
            var (source, file, line, offset) = (reader.Text(), reader.Text(), reader.Number(), reader.Number());
            DateTimeOffset? time = reader.Flag() ? TimeOf(reader.Time()) : null;
            all[i] = new Evidence(source, file, line, offset, time, reader.Count() switch
            {
                0 => null,
                1 => Placed(reader, raws),
                _ => RawRecord.FromBytes(reader.Bytes()),
            });
        }

        return all;
    }

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
