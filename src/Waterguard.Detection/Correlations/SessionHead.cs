using System.Collections.Immutable;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>What is stored of a session besides its keys.</summary>
/// <param name="Words">The words that all state beside it was written with.</param>
/// <param name="Recent">The records that were counted last, oldest first.</param>
internal sealed record SessionHead(StateWords Words, long Watermark, ImmutableArray<StageHead> Stages, ImmutableArray<(UInt128 Record, long Ticks)> Recent)
{
    private const int Version = 1;

    public byte[] Write()
    {
        var writer = new StateWriter(StateWords.None);
        writer.Count(Version);
        writer.Texts(Words.All);
        writer.Time(Watermark);
        writer.Count(Stages.Length);
        foreach (var stage in Stages)
        {
            writer.Text(stage.Id);
            writer.Text(stage.Meaning);
            writer.Time(stage.Passed);
            writer.Time(stage.Told);
            writer.Count(stage.Queue.Length);
            foreach (var one in stage.Queue) writer.Write(one, null);
        }

        writer.Count(Recent.Length);
        foreach (var (record, ticks) in Recent)
        {
            writer.Number((long)(ulong)(record >> 64));
            writer.Number((long)(ulong)record);
            writer.Time(ticks);
        }

        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or of a later version.</exception>
    public static SessionHead Read(byte[] bytes, IRawPlaces? raws)
    {
        var reader = new StateReader(bytes, StateWords.None);
        if (reader.Count() is var version && version != Version) throw new InvalidDataException($"stored state is of version {version}; this program reads {Version}");
        var words = new StateWords(reader.Texts());
        var watermark = reader.Time();
        var stages = new StageHead[reader.Length()];
        for (var i = 0; i < stages.Length; i++)
        {
            var (id, meaning, passed, told) = (reader.Text(), reader.Text(), reader.Time(), reader.Time());
            var queue = new Occurrence[reader.Length()];
            for (var at = 0; at < queue.Length; at++) queue[at] = reader.Occurrence(raws);
            stages[i] = new StageHead(id, meaning, passed, told, [.. queue]);
        }

        var recent = new (UInt128, long)[reader.Length()];
        for (var i = 0; i < recent.Length; i++) recent[i] = (new UInt128((ulong)reader.Number(), (ulong)reader.Number()), reader.Time());
        return new SessionHead(words, watermark, [.. stages], [.. recent]);
    }
}

/// <summary>How far one correlation has come.</summary>
/// <param name="Meaning">See <see cref="CorrelationPlan.Meaning"/>.</param>
/// <param name="Queue">What waits for the findings of those that it consumes.</param>
internal sealed record StageHead(string Id, string Meaning, long Passed, long Told, ImmutableArray<Occurrence> Queue);
