using System.Globalization;
using System.Text.Json;
using Waterguard.Events.Framing;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Journals;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Checks;

/// <summary>Checks journal, store and archive of a data folder, each in itself and against the others. Only reads; a service may run meanwhile.</summary>
public static class DataCheck
{
    private const int Together = 32;

    /// <param name="data">The data folder.</param>
    /// <exception cref="StorageUnavailableException">Journal or store cannot be read at all.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static CheckReport Run(string data, SqlStore store, CancellationToken cancel)
    {
        var report = new CheckReport();
        using var journal = JournalReader.Open(data);

        // What follows another is read first: both may go on meanwhile.
        var (consumed, archived) = (store.ConsumedOf(journal.Id), Archive.PositionOf(data, journal.Id));
        var oldest = Journal(journal, report, cancel);
        var last = journal.LastSequence();
        if (consumed > last) report.Add("store", "consumed position", Text($"is {consumed}, but the journal has come to {last} only: another journal, or a part of it is lost"));
        if (archived > last) report.Add("archive", "position", Text($"is {archived}, but the journal has come to {last} only: another journal, or a part of it is lost"));
        if (Directory.Exists(Archive.FolderIn(data)) && archived > 0 && oldest > archived + 1) report.Add("archive", "position", Text($"is {archived}, but the journal begins with {oldest}: what lies between is in neither"));
        store.Check(report, cancel);
        Archived(data, journal.Id, archived, report, cancel);
        return report;
    }

    private static long Journal(JournalReader journal, CheckReport report, CancellationToken cancel)
    {
        foreach (var problem in journal.Integrity()) report.Add("journal", "journal.db", problem);
        var (first, read, batches, records) = (0L, 0L, 0L, 0L);
        var batch = new RecordBatch();
        while (journal.Next(read, Together) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                cancel.ThrowIfCancellationRequested();
                if (first == 0) first = row.Sequence;
                else if (row.Sequence != read + 1) report.Add("journal", Text($"batch {read + 1}"), row.Sequence == read + 2 ? "is missing" : Text($"is missing, and all until {row.Sequence - 1}"));
                read = row.Sequence;
                batches++;
                records += row.Records;
                if (Problem(row, batch) is { } problem) report.Add("journal", Text($"batch {row.Sequence}"), problem);
            }
        }

        report.Count("batches", batches);
        report.Count("records", records);
        return first;
    }

    private static string? Problem(JournalRow row, RecordBatch batch)
    {
        if (row.Block is null) return "cannot be unpacked";
        try
        {
            RecordBlock.Read(row.Block, row.Place, row.Sequence, batch);
            return batch.Records.Length == row.Records ? null : Text($"has {batch.Records.Length} records, but says {row.Records}");
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static void Archived(string data, string journal, long position, CheckReport report, CancellationToken cancel)
    {
        var folder = Archive.FolderIn(data);
        var (files, lines) = (0L, 0L);
        var ranges = new SortedSet<(long First, long Last)>();
        foreach (var file in ArchiveFile.All(folder, strange =>
        {
            if (!strange.EndsWith(".part", StringComparison.Ordinal)) report.Add("archive", Path.GetRelativePath(folder, strange), "is no file of ours");
        }))
        {
            files++;
            if (file.Journal == journal && file.Last <= position) ranges.Add((file.First, file.Last));
            var line = 0L;
            try
            {
                foreach (var (number, json) in ArchiveSearch.Lines(file.Path))
                {
                    cancel.ThrowIfCancellationRequested();
                    line = number;
                    if (!IsJson(json.Span)) report.Add("archive", Text($"{Path.GetRelativePath(folder, file.Path)}:{number}"), "is no JSON");
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                if (File.Exists(file.Path)) report.Add("archive", Text($"{Path.GetRelativePath(folder, file.Path)}:{line + 1}"), $"is not whole: {e.Message}");
            }

            lines += line;
        }

        var covered = ranges.Count > 0 ? ranges.Min.First - 1 : position;
        foreach (var (first, last) in ranges)
        {
            if (first > covered + 1) report.Add("archive", Text($"batches {covered + 1} to {first - 1}"), "are in no file");
            covered = Math.Max(covered, last);
        }

        if (covered < position) report.Add("archive", Text($"batches {covered + 1} to {position}"), "are in no file");
        report.Count("archive files", files);
        report.Count("archived records", lines);
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 2048 });
        try
        {
            if (!reader.Read()) return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
