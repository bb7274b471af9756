using Waterguard.Sources.Transports;
using Waterguard.Storage.Journals;

namespace Waterguard.Service;

/// <summary>What one input hands over goes into the journal.</summary>
internal sealed class JournalSink(Journal journal, string input) : IInputSink
{
    public IReadOnlyList<string> Partitions => journal.PartitionsOf(input);

    public string? PositionOf(string partition) => journal.PositionOf(input, partition);

    public async Task<Delivery> DeliverAsync(TransportBatch batch, CancellationToken cancel)
    {
        var result = await journal.AppendAsync(
            new JournalBatch(input, batch.Partition, batch.Block, batch.Records) { Position = batch.Position, Key = batch.Key, Source = batch.Source, Place = batch.Place, Over = batch.Over }, cancel);
        return result.Outcome switch
        {
            AppendOutcome.Accepted => Delivery.Accepted,
            AppendOutcome.Duplicate => Delivery.Duplicate,
            AppendOutcome.Full => Delivery.Full,
            _ => Delivery.Unavailable,
        };
    }
}
