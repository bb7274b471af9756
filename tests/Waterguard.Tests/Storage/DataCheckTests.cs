using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Waterguard.Events.Framing;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Journals;
using Waterguard.Storage.Sqlite;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class DataCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();
    private string _journal = "";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_sound_is_told_so_with_what_was_looked_at()
    {
        await Fill();
        var (code, report) = Check();
        Assert.Equal((0, true), (code, report.GetProperty("ok").GetBoolean()));
        Assert.Equal("""{"batches":4,"records":8,"alerts":2,"incidents":1,"documents":1,"audit_entries":1,"archive_files":2,"archived_records":6}""", report.GetProperty("looked").GetRawText().Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("journal.db", "UPDATE batches SET block = x'00' WHERE sequence = 2", "journal", "batch 2", "cannot be unpacked")]
    [InlineData("journal.db", "UPDATE batches SET records = 9 WHERE sequence = 2", "journal", "batch 2", "has 2 records, but says 9")]
    [InlineData("journal.db", "DELETE FROM batches WHERE sequence = 2", "journal", "batch 2", "is missing")]
    [InlineData("journal.db", "DELETE FROM batches WHERE sequence < 4; UPDATE sqlite_sequence SET seq = 4", "", "", "")]
    [InlineData("journal.db", "DELETE FROM batches; UPDATE sqlite_sequence SET seq = 2", "store", "consumed position", "is 4, but the journal has come to 2")]
    [InlineData("store.db", "UPDATE alerts SET json = CAST('{' AS BLOB) WHERE id = 'a'", "store", "alert a", "its JSON cannot be read")]
    [InlineData("store.db", "UPDATE alerts SET json = CAST('{\"id\":\"b\"}' AS BLOB) WHERE id = 'a'", "store", "alert a", "its JSON says another id")]
    [InlineData("store.db", "UPDATE alerts SET incident = 'x' WHERE id = 'a'", "store", "alert a", "names an incident that is not there")]
    [InlineData("store.db", "UPDATE alerts SET incident = NULL WHERE id = 'a'", "store", "alert a", "belongs to no incident")]
    [InlineData("store.db", "UPDATE incidents SET alerts = 7", "store", "incident ", "counts other alerts than it has")]
    [InlineData("store.db", "DELETE FROM alerts WHERE id = 'a'", "store", "alert a", "is not there, but its entities are")]
    [InlineData("store.db", "DROP TRIGGER audit_keeps; UPDATE audit SET actor = 'x'", "store", "audit entry 1", "is not what was written")]
    public async Task What_does_not_fit_is_found_with_its_place(string file, string text, string part, string place, string what)
    {
        await Fill();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, file)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
            command.CommandText = text;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        Expect(part, place, what);
    }

    [Fact]
    public async Task A_file_of_the_archive_that_is_cut_or_gone_or_strange_is_found()
    {
        await Fill();
        var files = ArchiveFile.All(Archive.FolderIn(_folder.Path)).ToArray();
        var (whole, path) = (File.ReadAllBytes(files[0].Path), files[0].Path);
        File.WriteAllBytes(path, whole[..^20]);
        Expect("archive", Path.GetRelativePath(Archive.FolderIn(_folder.Path), path), "is not whole");
        File.Delete(path);
        Expect("", "", ""); // the oldest may have been removed for their age
        File.WriteAllBytes(path, whole);
        File.Delete(files[1].Path);
        Expect("archive", "batches 3 to 3", "are in no file");
        _folder.Write("archive/s/2026-11-22/10/x.txt", "");
        Expect("archive", "s/2026-11-22/10/x.txt", "is no file of ours");
    }

    [Fact]
    public void Where_there_is_nothing_the_tool_says_so()
    {
        var run = Tool.Run("store", "check", "--data", _folder.Path);
        Assert.Equal(2, run.Code);
        Assert.Contains("there is no store", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "store.db")));
    }

    // Four batches of two records each; three are archived.
    private async Task Fill()
    {
        await using (var journal = Journal.Open(_folder.Path, new JournalOptions(), TimeProvider.System))
        {
            _journal = journal.Id;
            for (var i = 0; i < 4; i++)
            {
                var block = new RecordBlock();
                block.Add("{\"n\":1}"u8, 1, 0);
                block.Add("{\"n\":2}"u8, 2, 0);
                await journal.AppendAsync(new JournalBatch("in", "p", block.ToArray(), 2), CancellationToken.None);
            }
        }

        using var store = SqliteStore.Open(_folder.Path);
        store.Commit(_journal, 4, [Stored.Alert("a", entities: ("pod", "p")), Stored.Alert("b", 1, entities: ("pod", "p"))], _ => { });
        store.Put("k", "d", "{}"u8.ToArray(), 0, Stored.Entry());
        var archive = Archive.Open(_folder.Path, _journal);
        archive.Write(Enumerable.Repeat(("s", Stored.Start, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes("{\"n\":1}")), 4), 2);
        archive.Write(Enumerable.Repeat(("s", Stored.Start, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes("{\"n\":1}")), 2), 3);
    }

    private void Expect(string part, string place, string what)
    {
        var (code, report) = Check();
        var findings = report.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("part").GetString()!, f.GetProperty("place").GetString()!, f.GetProperty("what").GetString()!)).ToArray();
        Assert.Equal(part.Length == 0 ? 0 : 1, code);
        if (part.Length == 0) Assert.Empty(findings);
        else Assert.Contains(findings, f => f.Item1 == part && f.Item2.StartsWith(place, StringComparison.Ordinal) && f.Item3.Contains(what, StringComparison.Ordinal));
    }

    private (int Code, JsonElement Report) Check()
    {
        var run = Tool.Run("store", "check", "--data", _folder.Path, "-o", "json");
        return (run.Code, JsonDocument.Parse(run.Output).RootElement);
    }
}
