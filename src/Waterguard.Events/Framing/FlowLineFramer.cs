namespace Waterguard.Events.Framing;

/// <summary>Flow log lines of Amazon's networks: cells between single blanks; the first line may name them, otherwise they are those of version 2.</summary>
internal sealed class FlowLineFramer : MakingLineFramer
{
    private const int MaxColumns = 64;
    private const string Version2 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    private static readonly string[] Numbers = ["version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "tcp-flags", "traffic-path"];

    private (byte[] Name, bool Number)[] _columns = Columns(System.Text.Encoding.UTF8.GetBytes(Version2));

    /// <summary>A framer when the first line is such a header, or the first lines are such rows.</summary>
    public static FlowLineFramer? TryCreate(ReadOnlySpan<byte> head) =>
        Most(head[..Math.Max(0, head.IndexOf((byte)'\n'))], NamesColumns) || Most(head, IsRow) ? new FlowLineFramer() : null;

    public override bool IsHeader(ReadOnlySpan<byte> line) => NamesColumns(line);

    public override void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch)
    {
        if (NamesColumns(bytes))
        {
            _columns = Columns(bytes);
            return;
        }

        var cells = bytes.Count((byte)' ') + 1;
        if (cells != _columns.Length)
        {
            Report(batch, line, offset, $"the line has {cells} cells, its header {_columns.Length}");
            return;
        }

        var start = batch.Made.Length;
        var record = new ObjectWriter(batch.Made);
        foreach (var (name, number) in _columns)
        {
            var end = bytes.IndexOf((byte)' ');
            var cell = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (cell.SequenceEqual("-"u8)) continue;
            if (number) record.Number(name, cell);
            else record.Text(name, cell);
        }

        record.End();
        batch.AddMade(start, line, offset);
    }

    private static bool NamesColumns(ReadOnlySpan<byte> line) =>
        line.Length < 2048 && line.Count((byte)' ') < MaxColumns && Has(line, "srcaddr"u8) && Has(line, "dstaddr"u8);

    private static bool Has(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word)
    {
        var at = line.IndexOf(word);
        return at >= 0 && (at == 0 || line[at - 1] == ' ') && (at + word.Length == line.Length || line[at + word.Length] == ' ');
    }

    // 2 123456789012 eni-… …
    private static bool IsRow(ReadOnlySpan<byte> line) =>
        line.Count((byte)' ') == 13 && line[0] is >= (byte)'2' and <= (byte)'9' && line[1] == ' ' && line[2..].IndexOf((byte)' ') is var end && end > 0
        && line[(end + 3)..].StartsWith("eni-"u8);

    private static (byte[] Name, bool Number)[] Columns(ReadOnlySpan<byte> header) =>
        [.. System.Text.Encoding.UTF8.GetString(header).Split(' ').Select(n => (System.Text.Encoding.UTF8.GetBytes(n), Array.IndexOf(Numbers, n) >= 0))];
}
