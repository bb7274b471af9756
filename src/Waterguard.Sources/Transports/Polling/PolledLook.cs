using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>What a check says of the records that an API gave.</summary>
internal static class PolledLook
{
    public static IReadOnlyList<InputFinding> At(IReadOnlyList<byte[]> records, InputProbe probe, string place, string none)
    {
        if (records.Count == 0) return [InputFinding.Says(none)];
        var block = new RecordBlock();
        foreach (var record in records) block.Add(record, block.Count + 1, 0);
        return [InputFinding.Says($"{place}: may be read"), .. probe.Look(block, place)];
    }
}
