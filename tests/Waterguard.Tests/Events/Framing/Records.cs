using System.Text;
using Waterguard.Events.Framing;

namespace Waterguard.Tests.Events.Framing;

/// <summary>What a reader makes of an input, as one text a record or problem.</summary>
internal static class Records
{
    public static IReadOnlyList<string> Of(string input) => Of(new MemoryStream(Encoding.UTF8.GetBytes(input)));

    public static IReadOnlyList<string> Of(Stream input)
    {
        var found = new List<(long Offset, string Text)>();
        var batch = new RecordBatch();
        using var reader = new RecordReader(input, "f");
        for (var more = true; more;)
        {
            more = reader.Read(batch);
            foreach (var r in batch.Records) found.Add((r.Offset, $"{r.Line} {r.Offset} {Encoding.UTF8.GetString(batch.Buffer, r.Start, r.Length)}"));
            foreach (var p in batch.Problems) found.Add((p.Offset, $"{p.Line} {p.Offset} ! {p.Reason}"));
        }

        return [.. found.OrderBy(f => f.Offset).Select(f => f.Text)];
    }
}

/// <summary>A stream that gives as many bytes at a time as a seeded random number says.</summary>
internal sealed class DrippingStream(byte[] bytes, Random random, int most) : MemoryStream(bytes)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, most + 1))]);
}
