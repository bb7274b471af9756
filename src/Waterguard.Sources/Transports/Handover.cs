namespace Waterguard.Sources.Transports;

/// <summary>Hands batches over for transports that can wait, and counts.</summary>
public static class Handover
{
    /// <summary>Hands a batch over and, while the store is full or unavailable, waits and tries again. False: stopped before it was taken; then nothing of it is
    /// stored, and the same records come again after a restart.</summary>
    public static async Task<bool> UntilTakenAsync(IInputSink sink, TransportBatch batch, TransportProgress progress, Backoff backoff, CancellationToken stop)
    {
        while (true)
        {
            // A batch under way is not given up: whether it was stored must be known.
            switch (await sink.DeliverAsync(batch, CancellationToken.None))
            {
                case Delivery.Accepted:
                    progress.Accepted(batch.Records);
                    backoff.Reset();
                    return true;
                case Delivery.Duplicate:
                    progress.Duplicates(batch.Records);
                    backoff.Reset();
                    return true;
                case Delivery.Full:
                    progress.Throttled();
                    break;
                default:
                    progress.Failed("the journal cannot be written");
                    break;
            }

            if (!await backoff.WaitAsync(stop)) return false;
        }
    }
}
