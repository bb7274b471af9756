using System.IO.Compression;
using System.Text;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sigma;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Journals;
using Waterguard.Events.Framing;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class ArchiveTests : IDisposable
{
    private static readonly DateTimeOffset Ten = new(2026, 11, 22, 10, 30, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = Repository.Folder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Records_are_by_source_and_hour_one_to_a_line_and_without_their_secrets()
    {
        var archive = Archive.Open(_folder.Path, "j");
        archive.Write([("a.b", Ten, Json(1, "password", "canary-secret")), ("a.b", Ten.AddHours(1), Json(2)), ("c.d", Ten, Encoding.UTF8.GetBytes("no\tjson"))], 7);

        Assert.Equal(["a.b/2026-11-22/10/j-1-7.ndjson.gz", "a.b/2026-11-22/11/j-1-7.ndjson.gz", "c.d/2026-11-22/10/j-1-7.ndjson.gz"], Files());
        Assert.Equal("\"no\\tjson\"\n", Unpacked("c.d/2026-11-22/10/j-1-7.ndjson.gz"));
        Assert.Equal("{\"n\":2}\n", Unpacked("a.b/2026-11-22/11/j-1-7.ndjson.gz"));
        Assert.Contains("sha256:", Unpacked("a.b/2026-11-22/10/j-1-7.ndjson.gz"), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", Unpacked("a.b/2026-11-22/10/j-1-7.ndjson.gz"), StringComparison.Ordinal);
        Assert.Equal(7, Archive.PositionOf(_folder.Path, "j"));
    }

    [Fact]
    public void What_a_crash_left_of_a_slice_goes_and_the_slice_is_written_again()
    {
        var archive = Archive.Open(_folder.Path, "j");
        archive.Write([("a.b", Ten, Json(1))], 3);
        _folder.Write("archive/a.b/2026-11-22/10/j-4-6.ndjson.gz", "half"); // renamed, but the position was not written
        _folder.Write("archive/a.b/2026-11-22/10/j-4-9.ndjson.gz.part", "half");
        _folder.Write("archive/a.b/2026-11-22/10/other-4-6.ndjson.gz", "of another journal");

        archive = Archive.Open(_folder.Path, "j");
        Assert.Equal(3, archive.Position);
        archive.Write([("a.b", Ten, Json(2))], 9);
        Assert.Equal(["a.b/2026-11-22/10/j-1-3.ndjson.gz", "a.b/2026-11-22/10/j-4-9.ndjson.gz", "a.b/2026-11-22/10/other-4-6.ndjson.gz"], Files());
    }

    [Fact]
    public void When_a_record_cannot_be_had_nothing_of_the_slice_counts()
    {
        var archive = Archive.Open(_folder.Path, "j");
        IEnumerable<(string, DateTimeOffset, ReadOnlyMemory<byte>)> Failing()
        {
            yield return ("a.b", Ten, Json(1));
            throw new IOException("gone");
        }

        Assert.Throws<IOException>(() => archive.Write(Failing(), 5));
        Assert.Equal(0, archive.Position);
        Assert.Empty(ArchiveFile.All(Archive.FolderIn(_folder.Path)));
        archive.Write([("a.b", Ten, Json(1))], 5);
        Assert.Equal(["a.b/2026-11-22/10/j-1-5.ndjson.gz"], Files());
    }

    [Fact]
    public void A_source_s_name_leads_nowhere_else()
    {
        Archive.Open(_folder.Path, "j").Write([("../../x", Ten, Json(1)), ("..", Ten, Json(1))], 1);
        Assert.Equal(["_/2026-11-22/10/j-1-1.ndjson.gz", "_.._x/2026-11-22/10/j-1-1.ndjson.gz"], Files());
    }

    [Fact]
    public void A_search_finds_what_contains_one_of_the_needles_and_says_where()
    {
        var archive = Archive.Open(_folder.Path, "j");
        archive.Write([("a.b", Ten, Json(1, "who", "anna")), ("a.b", Ten, Json(2, "who", "bert")), ("c.d", Ten, Json(3, "who", "anna")), ("a.b", Ten.AddHours(1), Json(4, "who", "größe"))], 3);
        archive.Write([("a.b", Ten.AddHours(1), Json(5, "who", "anna"))], 4);
        var (all, since) = (new ArchiveQuery(Ten.AddHours(-1), Ten.AddHours(3), ["anna", "größe"]), Ten.AddHours(-1));

        Assert.Equal(["5@1", "4@1", "1@1", "3@1"], Found(all));
        Assert.Equal(["1@1", "3@1", "4@1", "5@1"], Found(all with { NewestFirst = false }));
        Assert.Equal(["2@2"], Found(all with { Needles = ["bert"] }));
        Assert.Equal(["3@1"], Found(all with { Sources = ["c.d"] }));
        Assert.Equal(["1@1", "3@1"], Found(all with { Until = Ten.AddMinutes(30) }));
        Assert.Equal(["5@1", "4@1", "2@2", "1@1", "3@1"], Found(new ArchiveQuery(since, Ten.AddHours(3), [])));
    }

    [Fact]
    public void A_search_that_ends_early_or_comes_to_a_broken_file_says_so()
    {
        var archive = Archive.Open(_folder.Path, "j");
        archive.Write([.. Enumerable.Range(0, 100).Select(i => ("a.b", Ten, (ReadOnlyMemory<byte>)Json(i)))], 3);
        var query = new ArchiveQuery(Ten.AddHours(-1), Ten.AddHours(3), []);

        foreach (var (cut, most) in new[] { (query with { Most = 5 }, 5), (query with { MaxBytes = 100 }, 40) })
        {
            var search = new ArchiveSearch(_folder.Path, cut);
            Assert.InRange(search.Run(TestContext.Current.CancellationToken).Count(), 1, most);
            Assert.True(search.IsCut);
        }

        var whole = new ArchiveSearch(_folder.Path, query with { Most = 100 });
        Assert.Equal((100, false, 0L), (whole.Run(TestContext.Current.CancellationToken).Count(), whole.IsCut, whole.Unreadable));

        var file = Path.Combine(_folder.Path, "archive", Files()[0]);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^20]);
        var broken = new ArchiveSearch(_folder.Path, query);
        _ = broken.Run(TestContext.Current.CancellationToken).Count();
        Assert.Equal(1, broken.Unreadable);

        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => new ArchiveSearch(_folder.Path, query).Run(cancelled.Token).Count());
    }

    [Fact]
    public void What_is_older_than_it_is_kept_goes_with_its_folders()
    {
        Archive.Open(_folder.Path, "j").Write([("a.b", Ten, Json(1)), ("a.b", Ten.AddHours(1), Json(2)), ("c.d", Ten, Json(3))], 1);
        Assert.Equal(0, Archive.Remove(_folder.Path, Ten.AddMinutes(29)));
        Assert.Equal(2, Archive.Remove(_folder.Path, Ten.AddMinutes(30)));
        Assert.Equal(["a.b/2026-11-22/11/j-1-1.ndjson.gz"], Files());
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "archive", "c.d")));
    }

    [Fact]
    public async Task The_journal_s_records_come_into_the_archive_under_what_they_are_recognised_as()
    {
        var time = new FakeTime(Ten);
        await using var journal = Journal.Open(_folder.Path, new JournalOptions(), time);
        await Append(journal, null, "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"1\",\"stage\":\"ResponseComplete\",\"verb\":\"get\"}", "{\"what\":\"nobody knows\"}");
        await Append(journal, "json", "{\"a\":1}");
        var generation = GenerationLoader.Load(new ContentOptions(true, [], [], []) { Lowest = Level.Critical, Examples = false });
        var archiving = new Archiving(journal, Archive.Open(_folder.Path, journal.Id), () => generation, time, new ServiceLog(time, new StringWriter()));
        using var reader = journal.Read();
        archiving.Follow(reader, TestContext.Current.CancellationToken);

        Assert.Equal(["json", "kubernetes.audit", "unrecognised"], ArchiveFile.All(Archive.FolderIn(_folder.Path)).Select(f => f.Source));
        Assert.Equal((3, 2, 0), (archiving.Records, archiving.Position, archiving.DamagedBatches));
        archiving.Follow(reader, TestContext.Current.CancellationToken);
        Assert.Equal(3, archiving.Records);
    }

    private static async Task Append(Journal journal, string? source, params string[] records)
    {
        var block = new RecordBlock();
        foreach (var record in records) block.Add(Encoding.UTF8.GetBytes(record), block.Count + 1, 0);
        Assert.Equal(AppendOutcome.Accepted, (await journal.AppendAsync(new JournalBatch("in", "p", block.ToArray(), records.Length) { Source = source }, TestContext.Current.CancellationToken)).Outcome);
    }

    private string[] Found(ArchiveQuery query) =>
        [.. new ArchiveSearch(_folder.Path, query).Run(TestContext.Current.CancellationToken).Select(h => $"{System.Text.Json.JsonDocument.Parse(h.Json).RootElement.GetProperty("n").GetInt32()}@{h.Line}")];

    private string[] Files() => [.. ArchiveFile.All(Archive.FolderIn(_folder.Path)).Select(f => Path.GetRelativePath(Archive.FolderIn(_folder.Path), f.Path))];

    private string Unpacked(string file)
    {
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(_folder.Path, "archive", file)), CompressionMode.Decompress);
        return new StreamReader(gzip).ReadToEnd();
    }

    private static byte[] Json(int number, string name = "", string value = "") => Encoding.UTF8.GetBytes(name.Length == 0 ? $"{{\"n\":{number}}}" : $"{{\"n\":{number},\"{name}\":\"{value}\"}}");
}
