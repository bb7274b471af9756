using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Waterguard.Storage;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Backups;
using Waterguard.Storage.Checks;
using Waterguard.Storage.Erasing;
using Waterguard.Storage.Sqlite;
using Xunit;

namespace Waterguard.Tests.Storage;

/// <summary>Backup, restore, and taking a name out.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();

    private string Data => Path.Combine(_folder.Path, "data");

    private string File1 => Path.Combine(_folder.Path, "backup.tar.gz");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_backed_up_while_the_store_is_written_is_sound_when_it_is_restored()
    {
        using var store = Filled();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) store.Commit("j", 1, [Stored.Alert($"more-{written++}")], _ => { });
        }, TestContext.Current.CancellationToken);
        var names = DataBackup.Write(Data, File1, hasStore: true, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await writing;
        Assert.Equal(["journal.db", "store.db", "content/strategies/s/suppressions/own.yml"], names);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File1));

        var fresh = Path.Combine(_folder.Path, "fresh");
        DataBackup.Restore(File1, fresh, TestContext.Current.CancellationToken);
        using var restored = SqliteStore.OpenExisting(fresh);
        Assert.NotNull(restored.FindAlert("a1"));
        Assert.Equal("{}", Encoding.UTF8.GetString(restored.Find("silence", "s1")!.Json));
        Assert.Equal(0, DataCheck.Run(fresh, restored, TestContext.Current.CancellationToken).Found);
        Assert.Equal(["content", "journal.db", "store.db"], Directory.EnumerateFileSystemEntries(fresh).Select(Path.GetFileName).Where(n => !n!.EndsWith("-wal", StringComparison.Ordinal) && !n.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_backup_overwrites_nothing_and_neither_does_a_restore()
    {
        using (Filled()) DataBackup.Write(Data, File1, hasStore: true, TestContext.Current.CancellationToken);
        Assert.Throws<IOException>(() => DataBackup.Write(Data, File1, hasStore: true, TestContext.Current.CancellationToken));
        Assert.Contains("is there", Assert.Throws<StorageUnavailableException>(() => DataBackup.Restore(File1, Data, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/etc/cron.d/x")]
    [InlineData("content/../../escape")]
    [InlineData("first-run-token")]
    public void A_file_that_would_write_elsewhere_is_refused_and_nothing_is_written(string name)
    {
        using (var stream = File.Create(File1))
        using (var packed = new GZipStream(stream, CompressionLevel.Fastest))
        using (var tar = new TarWriter(packed)) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) });
        var fresh = Path.Combine(_folder.Path, "fresh");
        Assert.Throws<StorageUnavailableException>(() => DataBackup.Restore(File1, fresh, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(fresh));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "escape")));
    }

    [Fact]
    public void A_name_that_is_erased_is_found_nowhere_and_what_belonged_together_still_does()
    {
        using var store = Filled();
        var before = store.Find(new IncidentQuery()).Select(i => (i.Count, i.Level)).ToArray();
        Archive.Open(Data, "j").Write([("s", Stored.Start, Encoding.UTF8.GetBytes("""{"user":"Anna@harbour.example","x":1}""")), ("t", Stored.Start, Encoding.UTF8.GetBytes("""{"user":"bob"}"""))], 1);
        var report = IdentityErasure.Erase(Data, store, "anna@harbour.example", TestContext.Current.CancellationToken);
        Assert.Equal((2, 1, 1, 1), (report.Alerts, report.Incidents, report.ArchiveFiles, report.AuditEntries));
        Assert.Empty(store.Find(new AlertQuery { Text = "anna@harbour" }));
        Assert.Empty(store.Find(new AlertQuery { Entity = new StoredEntity("identity", "anna@harbour.example") }));
        Assert.Equal(2, store.Find(new AlertQuery { Entity = new StoredEntity("identity", report.Instead) }).Count);
        Assert.Equal(before, store.Find(new IncidentQuery()).Select(i => (i.Count, i.Level)));
        Assert.DoesNotContain("anna@", string.Concat(store.Alerts(10).Select(a => Encoding.UTF8.GetString(a.Json))), StringComparison.OrdinalIgnoreCase);
        foreach (var file in ArchiveFile.All(Archive.FolderIn(Data)))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file.Path), CompressionMode.Decompress));
            Assert.DoesNotContain("anna@", reader.ReadToEnd(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(DataCheck.Run(Data, store, TestContext.Current.CancellationToken).Findings, f => f.Part == "store" && f.Place != "consumed position");
        Assert.Equal(0, IdentityErasure.Erase(Data, store, "anna@harbour.example", TestContext.Current.CancellationToken).Alerts);
    }

    [Theory]
    [InlineData("""{"a":"x anna y"}""", """{"a":"x gone y"}""")]
    [InlineData("""{"anna":["\u0061nna"]}""", """{"gone":["gone"]}""")]
    [InlineData("""{"a":1,"a":"anna"}""", """{"a":1,"a":"gone"}""")]
    [InlineData("""{"a":"ann\\a"}""", null)]
    public void A_name_is_found_however_it_is_written(string json, string? expected) =>
        Assert.Equal(expected, new NameErasure("anna", "gone").Erase(Encoding.UTF8.GetBytes(json)) is { } erased ? Encoding.UTF8.GetString(erased) : null);

    private Waterguard.Storage.Sql.SqlStore Filled()
    {
        Directory.CreateDirectory(Data);
        Waterguard.Storage.Journals.Journal.Open(Data, new Waterguard.Storage.Journals.JournalOptions(), TimeProvider.System).DisposeAsync().AsTask().Wait(TestContext.Current.CancellationToken);
        var store = SqliteStore.Open(Data);
        store.Commit("j", 1, [Stored.Alert("a1", reason: "anna@harbour.example did it", entities: ("identity", "anna@harbour.example")), Stored.Alert("a2", minute: 1, entities: ("identity", "anna@harbour.example")), Stored.Alert("b1", entities: ("identity", "bob"))], _ => { });
        store.Put("silence", "s1", "{}"u8.ToArray(), null, Stored.Entry(subject: "anna@harbour.example"));
        _folder.Write("data/content/strategies/s/suppressions/own.yml", "id: own\n");
        return store;
    }
}
