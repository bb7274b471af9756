using System.Globalization;
using System.Text.Json;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Coverage;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Storage;
using Waterguard.Storage.Journals;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Coverage;

/// <summary>The coverage report of what a service received.</summary>
public sealed class LiveCoverageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_journal_tells_the_same_as_the_files_that_came_in_and_when_each_source_came_last()
    {
        using var folder = Repository.Folder();
        var time = new FakeTime(Now.AddHours(-30));
        var files = Directory.GetFiles(Repository.PathOf("samples"), "*.*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".md", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        await using (var journal = Journal.Open(folder.Path, new JournalOptions(), time))
        {
            // Long ago, and so not to be told of.
            await Append(journal, "old", "falco.alerts", """{"output":"x","priority":"Notice","rule":"r","time":"2026-11-22T10:00:00Z","output_fields":{}}"""u8.ToArray());
            time.Advance(TimeSpan.FromHours(28));
            foreach (var file in files)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                await Append(journal, "samples", null, Read(file));
            }
        }

        var report = Report(folder, "  - {name: samples, transport: tail, path: /x}\n  - {name: quiet, transport: tail, source: zeek.conn, path: /y}\n", TimeSpan.FromHours(24));
        var expected = CoverageReport.Make(GenerationLoader.Load(ContentOptions.Default), Telemetry.Load([]), ScanInput.Of(files), new Progress<long>(), TestContext.Current.CancellationToken);

        Assert.Equal(expected.Records, report.Records);
        Assert.Equal(expected.Rules.Select(r => (r.Rule.Id, r.Sight)), report.Rules.Select(r => (r.Rule.Id, r.Sight)));
        Assert.Equal(expected.Sources.Select(s => (s.Source, s.Events)), report.Live!.Sources.Select(s => (s.Source, report.Sources.Single(j => j.Source == s.Source).Events)));
        Assert.Equal([("old", null, 0L), ("quiet", "tail", 0L), ("samples", "tail", expected.Records)], report.Live.Inputs.Select(i => (i.Name, i.Transport, i.Records)).Prepend(("old", null, 0L)));
        Assert.Equal(Now.AddHours(-30), report.Live.KeptFrom);
        Assert.All(report.Live.Sources, s => Assert.InRange(s.Last, Now.AddHours(-2), Now));
        Assert.Null(report.Live.Inputs.Single(i => i.Name == "quiet").Last);
    }

    [Fact]
    public async Task What_an_input_is_told_to_be_and_its_labels_count_as_when_it_is_judged()
    {
        using var folder = Repository.Folder();
        await using (var journal = Journal.Open(folder.Path, new JournalOptions(), new FakeTime(Now.AddHours(-1)))) await Append(journal, "any", "json", """{"name":"tide","no":"source"}"""u8.ToArray());

        var report = Report(folder, "  - {name: any, transport: tail, source: json, path: /x, labels: {user.name: quay}}\n", TimeSpan.FromHours(24));

        Assert.Equal([("json", Now.AddHours(-1))], report.Live!.Sources);
        Assert.Equal((1, 0), (report.Records, report.Unrecognised));
        Assert.Equal(1, report.Sources.Single().Forms.Single().Filled("user.name"));
        Assert.Equal(0, Report(folder, "  - {name: any, transport: tail, source: json, path: /x}\n", TimeSpan.FromMinutes(5)).Records);
    }

    [Fact]
    public async Task The_command_reads_beside_a_service_and_says_what_is_not_there()
    {
        using var folder = Repository.Folder();
        var config = folder.Write("w.yaml", $"data: '{folder.Path}/data'\ninputs:\n  - {{name: audit, transport: tail, source: kubernetes.audit, path: '{folder.Path}/*.log'}}\n  - {{name: quiet, transport: tail, path: '{folder.Path}/*.none'}}\n");
        var missing = Tool.Run("sources", "coverage", "live", "--config", config);
        Assert.Equal(2, missing.Code);
        Assert.Contains("there is no journal", missing.Error, StringComparison.Ordinal);

        // Open, as a service has it.
        await using var journal = Journal.Open(Path.Combine(folder.Path, "data"), new JournalOptions(), TimeProvider.System);
        await Append(journal, "audit", "kubernetes.audit", Read(Directory.GetFiles(Repository.PathOf("samples"), "*audit*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First()));
        var text = Tool.Run("sources", "coverage", "live", "--config", config, "--last", "1h");
        Assert.Equal((0, ""), (text.Code, text.Error));
        Assert.Contains("LAST DELIVERED\n  kubernetes.audit", text.Output, StringComparison.Ordinal);
        Assert.Contains("NOTHING in this time", text.Output, StringComparison.Ordinal);
        Assert.Contains("what came before it is not told here", text.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Tool.Run("sources", "coverage", "live", "--config", config, "-o", "json").Output).RootElement.GetProperty("live");
        var last = DateTimeOffset.Parse(json.GetProperty("last_delivered").GetProperty("kubernetes.audit").GetString()!, CultureInfo.InvariantCulture);
        Assert.InRange(TimeProvider.System.GetUtcNow() - last, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("inputs")[1].GetProperty("last").ValueKind);
        Assert.Equal(2, Tool.Run("sources", "coverage", "live", "--config", config, "--last", "soon").Code);
    }

    private static CoverageReport Report(TemporaryFolder folder, string inputs, TimeSpan last)
    {
        var bag = new DiagnosticBag();
        var configuration = ServiceConfiguration.Load("w.yaml", System.Text.Encoding.UTF8.GetBytes($"data: '{folder.Path}'\ninputs:\n{inputs}"), bag);
        Assert.Empty(bag.ToSorted());
        return new LiveCoverage(GenerationLoader.Load(ContentOptions.Default), Telemetry.Load([]), configuration!).Make(Now - last, Now, TestContext.Current.CancellationToken);
    }

    private static async Task Append(Journal journal, string input, string? source, byte[] bytes)
    {
        var block = new RecordBlock();
        block.AddAll(new MemoryStream(bytes), "x");
        if (block.Count > 0) Assert.Equal(AppendOutcome.Accepted, (await journal.AppendAsync(new JournalBatch(input, "p", block.ToArray(), block.Count) { Source = source }, CancellationToken.None)).Outcome);
    }

    private static byte[] Read(string file)
    {
        using var memory = new MemoryStream();
        using (var stream = ScanInput.Of([file])[0].Open()) stream.CopyTo(memory);
        return memory.ToArray();
    }
}
