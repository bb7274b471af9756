using System.Text;
using Microsoft.Data.Sqlite;
using Waterguard.Events.Framing;
using Waterguard.Storage;
using Waterguard.Storage.Journals;
using Xunit;

namespace Waterguard.Tests.Storage;

public sealed class JournalTests
{
    [Fact]
    public async Task What_was_acknowledged_is_there_after_reopening_with_its_position()
    {
        using var folder = Repository.Folder();
        await using (var journal = Open(folder))
        {
            Assert.Equal(AppendOutcome.Accepted, (await Append(journal, "one", position: "p1")).Outcome);
            Assert.Equal(AppendOutcome.Accepted, (await Append(journal, "two", position: "p2")).Outcome);
        }

        await using var again = Open(folder);
        Assert.Equal("p2", again.PositionOf("in", "part"));
        Assert.Equal(["part"], again.PartitionsOf("in"));
        using var reader = again.Read();
        Assert.Equal(["one", "two"], reader.Next(0, 10).Select(Text));
    }

    [Fact]
    public async Task A_batch_with_a_known_key_or_position_is_not_stored_again()
    {
        using var folder = Repository.Folder();
        await using var journal = Open(folder);
        await Append(journal, "one", key: "k");

        Assert.Equal(AppendOutcome.Duplicate, (await Append(journal, "other", key: "k")).Outcome);
        Assert.Equal(AppendOutcome.Accepted, (await Append(journal, "two", position: "p")).Outcome);
        Assert.Equal(AppendOutcome.Duplicate, (await Append(journal, "two", position: "p")).Outcome);
        Assert.Equal(2, journal.LastSequence);
    }

    [Fact]
    public async Task Concurrent_appends_are_all_there_once_and_in_the_order_of_their_sequence()
    {
        using var folder = Repository.Folder();
        await using var journal = Open(folder);
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Append(journal, $"r{i}")));

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), results.Select(r => r.Sequence).Order());
        using var reader = journal.Read();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"r{i}").Order(StringComparer.Ordinal), reader.Next(0, 1000).Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_full_journal_refuses_until_it_is_trimmed_and_keeps_positions_and_keys()
    {
        using var folder = Repository.Folder();
        await using var journal = Journal.Open(folder.Path, new JournalOptions { MaxBytes = 2000 }, TimeProvider.System);
        var random = new Random(1);
        AppendResult last;
        var number = 0;
        do last = await Append(journal, Convert.ToHexString(Bytes(random, 100)), position: $"p{++number}", key: $"k{number}");
        while (last.Outcome == AppendOutcome.Accepted);

        Assert.Equal(AppendOutcome.Full, last.Outcome);
        Assert.Equal(AppendOutcome.Full, journal.Condition);
        Assert.Equal($"p{number - 1}", journal.PositionOf("in", "part"));
        await journal.TrimAsync(journal.LastSequence, CancellationToken.None);
        Assert.Equal(0, journal.Bytes);
        Assert.Equal(AppendOutcome.Full, journal.Condition);
        Assert.Equal(AppendOutcome.Accepted, (await Append(journal, "after")).Outcome);
        Assert.Equal(number, journal.LastSequence);
        Assert.Equal(AppendOutcome.Duplicate, (await Append(journal, "again", key: "k1")).Outcome);
        Assert.Equal($"p{number - 1}", journal.PositionOf("in", "part"));
    }

    [Fact]
    public async Task Whether_there_is_room_again_is_found_out_without_an_append()
    {
        using var folder = Repository.Folder();
        var time = new FakeTime();
        await using var journal = Journal.Open(folder.Path, new JournalOptions { MaxBytes = 100_000 }, time);
        var random = new Random(1);
        while ((await Append(journal, Convert.ToHexString(Bytes(random, 10_000)))).Outcome == AppendOutcome.Accepted) Assert.True(journal.LastSequence < 100);

        Assert.Equal(AppendOutcome.Full, await journal.ProbeAsync(CancellationToken.None));
        await journal.TrimAsync(journal.LastSequence, CancellationToken.None);
        Assert.Equal(AppendOutcome.Full, await journal.ProbeAsync(CancellationToken.None));
        // Whoever asks often does not make us write often.
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(AppendOutcome.Accepted, await journal.ProbeAsync(CancellationToken.None));
        Assert.Equal(AppendOutcome.Accepted, journal.Condition);
    }

    [Fact]
    public async Task The_oldest_keys_are_forgotten_and_counted()
    {
        using var folder = Repository.Folder();
        await using var journal = Journal.Open(folder.Path, new JournalOptions { MaxKeys = 100 }, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => Append(journal, "r", key: $"k{i:0000}")));

        Assert.True(journal.KeysForgotten > 3000);
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_journal_is_taken()
    {
        using var folder = Repository.Folder();
        await using var journal = Open(folder);

        Assert.Contains("is another Waterguard using it?", Assert.Throws<StorageUnavailableException>(() => Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_left_as_it_is_and_the_message_says_what_to_do()
    {
        using var folder = Repository.Folder();
        var path = folder.Write("journal.db", "this is no database, but it is long enough to look at, and more and more and more of it comes here and there");

        Assert.Contains("is damaged", Assert.Throws<StorageUnavailableException>(() => Open(folder)).Message, StringComparison.Ordinal);
        Assert.StartsWith("this is no database", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_row_costs_that_row_only()
    {
        using var folder = Repository.Folder();
        await using (var journal = Open(folder))
        {
            await Append(journal, "one");
            await Append(journal, "two");
        }

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "journal.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE batches SET block = x'789c00' WHERE sequence = 1";
            command.ExecuteNonQuery();
        }

        await using var again = Open(folder);
        using var reader = again.Read();
        var rows = reader.Next(0, 10);
        Assert.Null(rows[0].Block);
        Assert.Equal("two", Text(rows[1]));
    }

    [Fact]
    public async Task A_layout_of_a_newer_version_is_refused()
    {
        using var folder = Repository.Folder();
        await Open(folder).DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "journal.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("newer version", Assert.Throws<StorageUnavailableException>(() => Open(folder)).Message, StringComparison.Ordinal);
    }

    private static Journal Open(TemporaryFolder folder) => Journal.Open(folder.Path, new JournalOptions(), TimeProvider.System);

    private static Task<AppendResult> Append(Journal journal, string record, string? position = null, string? key = null)
    {
        var block = new RecordBlock();
        block.Add(Encoding.UTF8.GetBytes(record), 1, 0);
        return journal.AppendAsync(new JournalBatch("in", "part", block.ToArray(), 1) { Position = position, Key = key }, CancellationToken.None);
    }

    private static string Text(JournalRow row)
    {
        var batch = new RecordBatch();
        RecordBlock.Read(row.Block!, row.Place, row.Sequence, batch);
        return Encoding.UTF8.GetString(batch.Buffer, batch.Records[0].Start, batch.Records[0].Length);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
