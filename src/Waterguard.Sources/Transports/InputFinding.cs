using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports;

/// <summary>What trying an input showed.</summary>
/// <param name="Missing">True: something must be done before the input works.</param>
/// <param name="Text">What is so, and what to do about it, in a sentence.</param>
public sealed record InputFinding(bool Missing, string Text)
{
    /// <summary>Something is missing.</summary>
    public static InputFinding Lacks(string text) => new(true, text);

    /// <summary>Something worth knowing.</summary>
    public static InputFinding Says(string text) => new(false, text);
}

/// <summary>What a transport may ask about records while it is tried.</summary>
/// <param name="catalog">All sources.</param>
/// <param name="source">The source that the input is configured to be; null: recognised.</param>
public sealed class InputProbe(SourceCatalog catalog, string? source)
{
    private const int MostLooked = 100;

    /// <summary>Looks at some first records of a block.</summary>
    public IEnumerable<InputFinding> Look(RecordBlock block, string place)
    {
        var batch = new RecordBatch();
        RecordBlock.Read(block.ToArray(), place, 0, batch);
        return [.. Look(batch, place)];
    }

    /// <summary>Looks at some first records: whether they are what the input is configured to be.</summary>
    public IEnumerable<InputFinding> Look(RecordBatch batch, string place)
    {
        var (reader, fields) = (new EventReader(), new EventBuffer());
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var record in batch.Records[..Math.Min(MostLooked, batch.Count)])
        {
            var form = catalog.Recogniser.Recognise(reader, batch.Buffer, record.Start, record.Length, fields, out var flaw);
            var kind = form?.Source ?? (flaw is null ? "" : "malformed");
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }

        foreach (var problem in batch.Problems.Take(3)) yield return InputFinding.Says($"{place}:{problem.Line}: {problem.Reason}");
        foreach (var (kind, count) in kinds)
        {
            if (kind == "malformed") yield return InputFinding.Lacks($"{place}: {count} of the first records are no JSON; is this the right file, and is it still being written?");
            else if (kind.Length == 0 && source is null) yield return InputFinding.Lacks($"{place}: no source recognises {count} of the first records; say which it is with 'source:'");
            else if (source is null) yield return InputFinding.Says($"{place}: {count} of the first records are {kind}");
            else if (kind == source || catalog.Find(source) is { OnlyWhenNamed: true }) yield return InputFinding.Says($"{place}: {count} of the first records are {source}");
            else if (kind.Length > 0) yield return InputFinding.Lacks($"{place}: {count} of the first records are {kind}, but the input is configured as {source}: correct 'source:' or the path");
            else yield return InputFinding.Lacks($"{place}: {count} of the first records are not recognised as {source}: correct 'source:' or the path");
        }
    }
}
