using System.IO.Compression;
using System.Text;
using Waterguard.Events.Framing;
using Xunit;

namespace Waterguard.Tests.Events.Framing;

public sealed class RecordReaderTests
{
    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(Repository.PathOf("tests", "Waterguard.Tests", "Events", "Framing", "Cases"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_input_is_split_as_its_case_says(string name)
    {
        var (input, expected) = Case(name);
        var found = Records.Of(new MemoryStream(input));
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 })
        {
            var file = Repository.PathOf("tests", "Waterguard.Tests", "Events", "Framing", "Cases", name + ".txt");
            File.WriteAllText(file, File.ReadAllText(file).Split("\n=====\n", 2)[0] + "\n=====\n" + string.Join("\n--\n", found.Select(Marked)) + "\n");
        }

        Assert.Equal(expected, found);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_chunking_of_an_input_gives_the_same_records(string name)
    {
        var (input, expected) = Case(name);
        for (var seed = 0; seed < 20; seed++) Assert.Equal(expected, Records.Of(new DrippingStream(input, new Random(seed), seed + 1)));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(",\n")]
    public void Records_that_straddle_batches_are_whole(string between)
    {
        var random = new Random(5);
        var records = Enumerable.Range(0, 3000).Select(i => $"{{\"n\":{i},\"text\":\"{new string('x', random.Next(900))}\"}}").ToArray();
        var input = between[0] == ',' ? "[" + string.Join(between, records) + "]" : string.Join(between, records);

        var found = Records.Of(new DrippingStream(Encoding.UTF8.GetBytes(input), random, 100_000));

        Assert.Equal(records, found.Select(f => f.Split(' ', 3)[2]));
        Assert.Equal(Enumerable.Range(1, 3000), found.Select(f => int.Parse(f.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(found, f => Assert.True(input.AsSpan(int.Parse(f.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).StartsWith(f.Split(' ', 3)[2], StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_larger_than_a_batch_is_one_record()
    {
        var large = $"{{\"text\":\"{new string('x', RecordReader.BatchBytes * 3)}\"}}";

        Assert.Equal(["1 0 {}", "2 3 " + large, $"3 {large.Length + 4} {{}}"], Records.Of("{}\n" + large + "\n{}"));
    }

    [Fact]
    public void A_line_larger_than_the_largest_record_is_reported_and_the_next_one_read()
    {
        var input = new byte[RecordReader.MaxRecordBytes + 1000];
        Array.Fill(input, (byte)'x');
        "{\"a\":1}\n"u8.CopyTo(input);
        "\n{\"b\":2}"u8.CopyTo(input.AsSpan(input.Length - 8));

        Assert.Equal(["1 0 {\"a\":1}", "2 8 ! the record is larger than 64 MiB", $"3 {input.Length - 7} {{\"b\":2}}"], Records.Of(new MemoryStream(input)));
    }

    [Fact]
    public void Members_of_a_gzip_file_are_one_input()
    {
        byte[] input = [.. Zip("{\"a\":1}\n{\"a\""), .. Zip(":2}\n"), .. Zip("{\"a\":3}")];

        Assert.Equal(["1 0 {\"a\":1}", "2 8 {\"a\":2}", "3 16 {\"a\":3}"], Records.Of(new GZipStream(new MemoryStream(input), CompressionMode.Decompress)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_corrupt_gzip_file_the_sound_part_is_read_and_the_rest_reported(bool cut)
    {
        var random = new Random(6);
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"{{\"n\":{i},\"r\":{random.Next()}}}\n"));
        var input = Zip(text);
        if (cut) input = input[..(input.Length / 2)];
        else input.AsSpan(input.Length / 2, 50).Fill(0xFF);

        var found = Records.Of(new GZipStream(new MemoryStream(input), CompressionMode.Decompress));

        Assert.Contains("1 0 {\"n\":0", found[0], StringComparison.Ordinal);
        Assert.InRange(found.Count, 100, 2000);
        if (cut) Assert.False(found[^1].EndsWith('}'));
        else Assert.Contains(" ! ", found[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_of_all_batches_add_up_to_the_input()
    {
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{{\"n\":{i}}}\n")) + "{\"cut\":");
        using var reader = new RecordReader(new MemoryStream(input), "f");
        var batch = new RecordBatch();
        long bytes = 0;
        bool more;
        do
        {
            more = reader.Read(batch);
            bytes += batch.Bytes;
        }
        while (more);

        Assert.Equal(input.Length, bytes);
    }

    [Fact]
    public void A_table_whose_rows_grow_much_is_given_on_in_several_batches()
    {
        var name = new string('n', 250);
        var input = $"{name},{name}2\n" + string.Concat(Enumerable.Repeat(",\n", 60_000));

        var found = Records.Of(input);

        Assert.Equal(60_000, found.Count);
        Assert.Equal($"60001 {input.Length - 2} {{\"{name}\":\"\",\"{name}2\":\"\"}}", found[^1]);
    }

    private static byte[] Zip(string text)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes(text));
        return stream.ToArray();
    }

    // The input, a line "=====", and the records. In the input \r, \t, \0 and \u{FEFF} stand for what they name, and a final line end is left out.
    private static (byte[] Input, string[] Expected) Case(string name)
    {
        var text = File.ReadAllText(Repository.PathOf("tests", "Waterguard.Tests", "Events", "Framing", "Cases", name + ".txt"));
        var parts = text.Split("\n=====\n", 2);
        string Real(string s) => s.Replace("<CR>", "\r", StringComparison.Ordinal).Replace("<TAB>", "\t", StringComparison.Ordinal).Replace("<BOM>", "\uFEFF", StringComparison.Ordinal).Replace("<NUL>", "\0", StringComparison.Ordinal).Replace("<GS>", "\u001d", StringComparison.Ordinal);
        return (Encoding.UTF8.GetBytes(Real(parts[0])), [.. parts[1].Split("\n--\n").Select(r => Real(r.TrimEnd('\n'))).Where(r => r.Length > 0)]);
    }

    private static string Marked(string text) => text.Replace("\r", "<CR>", StringComparison.Ordinal).Replace("\t", "<TAB>", StringComparison.Ordinal)
        .Replace("\uFEFF", "<BOM>", StringComparison.Ordinal).Replace("\0", "<NUL>", StringComparison.Ordinal).Replace("\u001d", "<GS>", StringComparison.Ordinal);
}
