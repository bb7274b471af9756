using System.Collections.Immutable;
using Waterguard.Sigma;

namespace Waterguard.Detection.Matching;

/// <summary>One rule matched one event. Self-contained: valid after the record, the batch and the generation are gone.</summary>
/// <param name="RecordId">Stable identity of the record: the same for every copy of it, wherever it is read.</param>
/// <param name="Time">When it happened, by the record; see <paramref name="TimeKnown"/>.</param>
/// <param name="TimeKnown">False when no time could be read: then <paramref name="Time"/> is the Unix epoch.</param>
/// <param name="Values">What consumers of this match read, by the names that they use.</param>
/// <param name="Entities">Kind of entity -> names, from the record alone.</param>
public sealed record Match(
    SigmaRule Rule, string RecordId, DateTimeOffset Time, bool TimeKnown,
    ImmutableDictionary<string, ImmutableArray<string>> Values,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities,
    Evidence Evidence);

/// <summary>The record as it came, and where it lies.</summary>
/// <param name="Line">1-based line; for a record of an array or envelope its ordinal.</param>
/// <param name="Offset">First byte of the record, or of the envelope around it, in the decompressed input.</param>
/// <param name="Raw">A copy of the record's bytes; null in matches that nobody will show.</param>
public sealed record Evidence(string Source, string File, long Line, long Offset, DateTimeOffset? Time, RawRecord? Raw);

/// <summary>A copy of a record's bytes, wherever its holder keeps it.</summary>
public abstract class RawRecord
{
    /// <summary>The bytes; none where what held them has let them go.</summary>
    public abstract ReadOnlyMemory<byte> Read();

    /// <summary>Where the holder keeps them, so that they can be found again by <see cref="State.IRawPlaces"/>; null where they are only here.</summary>
    public virtual (long At, int Length)? Place => null;

    /// <summary>A copy that is kept in memory.</summary>
    public static implicit operator RawRecord(byte[] bytes) => new InMemory(bytes);

    /// <summary>A copy that is kept in memory.</summary>
    public static RawRecord FromBytes(byte[] bytes) => new InMemory(bytes);

    private sealed class InMemory(byte[] bytes) : RawRecord
    {
        public override ReadOnlyMemory<byte> Read() => bytes;
    }
}
