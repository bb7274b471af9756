using System.IO.Compression;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Sources.Transports;

public sealed class TailTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Under_random_appends_rotations_cuts_and_restarts_every_record_comes_once(int seed)
    {
        using var folder = Repository.Folder();
        var random = new Random(seed);
        var sink = new MemorySink();
        var path = Path.Combine(folder.Path, "app.log");
        var (written, number, rotations) = (new List<string>(), 0, 0);
        var run = Run(folder, sink, "*.log*");
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    if (File.Exists(path)) File.Move(path, $"{path}.{++rotations}");
                    break;
                case 1:
                    // Copied and cut; what is not read by then is read from the copy.
                    if (!File.Exists(path)) break;
                    await Until.True(() => sink.Records.Count == number, "all is read");
                    File.Copy(path, $"{path}.{++rotations}");
                    File.WriteAllText(path, "");
                    break;
                case 2:
                    await run.DisposeAsync();
                    run = Run(folder, sink, "*.log*");
                    break;
                case 3:
                    await Until.True(() => sink.Records.Count == number, "all is read");
                    break;
                default:
                    var text = new StringBuilder();
                    for (var i = random.Next(1, 30); i > 0; i--)
                    {
                        written.Add($"{{\"id\":{number++},\"t\":\"größer {new string('x', random.Next(100))}\"}}");
                        text.Append(written[^1]).Append(random.Next(2) == 0 ? "\r\n" : "\n");
                    }

                    var bytes = Encoding.UTF8.GetBytes(text.ToString());
                    var cut = random.Next(bytes.Length);
                    Append(path, bytes[..cut]);
                    Append(path, bytes[cut..]);
                    break;
            }
        }

        await Until.True(() => sink.Records.Count >= number, $"{number} records are read");
        await run.DisposeAsync();
        Assert.Equal(written.Order(StringComparer.Ordinal), sink.Records.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_rotated_file_that_is_compressed_is_not_read_again_and_an_unknown_one_is()
    {
        using var folder = Repository.Folder();
        var sink = new MemorySink();
        var lines = Enumerable.Range(0, 5000).Select(i => $"{{\"id\":{i}}}").ToArray();
        folder.Write("a.log", string.Join('\n', lines) + "\n");
        await using (Run(folder, sink, "*")) await Until.True(() => sink.Records.Count == lines.Length, "the file is read");

        folder.Write("a.log.1.gz", Gzip(string.Join('\n', lines) + "\n{\"id\":\"late\"}\n"));
        File.Delete(Path.Combine(folder.Path, "a.log"));
        folder.Write("b.log.gz", Gzip(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"b\":{i},\"pad\":\"0123456789012345678901234567890123456789\"}}\n"))));
        await using (Run(folder, sink, "*")) await Until.True(() => sink.Records.Count == lines.Length + 1 + 20_000, "the rest is read");
        Assert.Equal(sink.Records.Count, sink.Records.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_zeek_log_goes_on_below_its_header_after_a_restart()
    {
        using var folder = Repository.Folder();
        var sink = new MemorySink();
        var path = folder.Write("conn.log", "#separator \\x09\n#set_separator\t,\n#path\tconn\n#fields\tts\tuid\n#types\ttime\tstring\n1.5\tC1\n");
        await using (Run(folder, sink, "*.log")) await Until.True(() => sink.Records.Count == 1, "the first row is read");
        Append(path, "2.5\tC2\n"u8.ToArray());
        await using (Run(folder, sink, "*.log")) await Until.True(() => sink.Records.Count == 2, "the second row is read");

        Assert.Equal(["""{"_path":"conn","ts":1.5,"uid":"C1"}""", """{"_path":"conn","ts":2.5,"uid":"C2"}"""], sink.Records);
    }

    [Fact]
    public async Task An_open_audit_event_waits_for_its_lines_and_is_taken_as_it_is_when_none_come()
    {
        using var folder = Repository.Folder();
        var sink = new MemorySink();
        var path = folder.Write("audit.log",
            "type=SYSCALL msg=audit(1700000000.100:1): arch=c000003e syscall=59 exe=\"/bin/a\"\ntype=EOE msg=audit(1700000000.100:1): \n"
            + "type=SYSCALL msg=audit(1700000001.100:2): arch=c000003e syscall=59 exe=\"/bin/b\"\n");
        await using var run = Run(folder, sink, "*.log", "quiet: 1s");
        await Until.True(() => sink.Records.Count == 1, "the whole event is read");
        Append(path, "type=EXECVE msg=audit(1700000001.100:2): argc=1 a0=\"b\"\ntype=EOE msg=audit(1700000001.100:2): \n"u8.ToArray());
        await Until.True(() => sink.Records.Count == 2, "the second event is read");
        Assert.Contains("EXECVE", sink.Records[1], StringComparison.Ordinal);

        Append(path, "type=SYSCALL msg=audit(1700000002.100:3): arch=c000003e syscall=59 exe=\"/bin/c\"\n"u8.ToArray());
        await Until.True(() => sink.Records.Count == 3, "the third, which never ends, is taken");
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_counted_and_what_follows_is_read()
    {
        using var folder = Repository.Folder();
        var sink = new MemorySink();
        folder.Write("a.log", $"{{\"id\":1}}\n{{\"id\":\"{new string('x', 2 << 20)}\"}}\n{{\"id\":3}}\n");
        await using var run = Run(folder, sink, "*.log", "max_record: 256KiB");
        await Until.True(() => sink.Records.Count == 2, "both small ones are read");

        Assert.Equal(["{\"id\":1}", "{\"id\":3}"], sink.Records);
        var progress = run.Transport.Progress.Snapshot();
        Assert.Equal(1, progress.Rejected["the record is too large"]);
        Assert.Equal(progress.Read, progress.Accepted + progress.Duplicates + progress.Rejected.Values.Sum() + progress.Dropped);
    }

    [Fact]
    public async Task A_report_over_many_lines_comes_whole()
    {
        using var folder = Repository.Folder();
        var sink = new MemorySink();
        var path = folder.Write("aide.json", "{\n  \"start_time\": \"x\",\n");
        await using var run = Run(folder, sink, "*.json");
        Append(path, "  \"outline\": \"y\"\n}"u8.ToArray());
        await Until.True(() => sink.Records.Count == 1, "the report is read");

        Assert.Equal("{\n  \"start_time\": \"x\",\n  \"outline\": \"y\"\n}", sink.Records[0]);
    }

    private static RunningTransport Run(TemporaryFolder folder, MemorySink sink, string pattern, string more = "") =>
        new(MemorySink.Transport($"transport: tail, path: '{folder.Path}/{pattern}'{(more.Length > 0 ? ", " + more : "")}", out _), sink);

    private static void Append(string path, byte[] bytes)
    {
        using var file = File.Open(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
