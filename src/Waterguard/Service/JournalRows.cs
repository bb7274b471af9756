using Waterguard.Events.Framing;
using Waterguard.Storage.Journals;

namespace Waterguard.Service;

/// <summary>Reads back what stands in the journal.</summary>
internal static class JournalRows
{
    /// <summary>The records of a row; false where they cannot be unpacked, and what is in the batch then does not count.</summary>
    public static bool TryRead(this JournalRow row, RecordBatch into)
    {
        if (row.Block is null) return false;
        try
        {
            RecordBlock.Read(row.Block, row.Place, row.Sequence, into);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
