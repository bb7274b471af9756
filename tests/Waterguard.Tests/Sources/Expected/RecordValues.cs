using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Tests.Sources.Expected;

/// <summary>Reads raw bytes on the very way that a scan takes: framing, recognition, mapping; and gives every record's values of some names.</summary>
internal sealed class RecordValues : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();
    private readonly RawSpool _spool = new();
    private readonly Generation _generation;

    public RecordValues(IEnumerable<string> names)
    {
        // One rule for each source, as its first log source names it: every record of every source matches one.
        var sources = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false }).Sources.Sources.Where(s => !s.OnlyWhenNamed);
        var fields = string.Join(", ", names.Select(n => $"'{n}'"));
        var rules = sources.Select(s => _folder.Write($"{s.Name}.yml",
            $"title: {s.Name}\nlogsource: {{{Of(s.Forms[0].LogSources[0])}}}\ndetection: {{s: {{no.such.field.anywhere: x}}, condition: not s}}\nfields: [{fields}]\n")).ToArray();
        _generation = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false, Rules = [.. rules] });
    }

    public IReadOnlyList<Match> Read(byte[] raw)
    {
        var matches = new List<Match>();
        var matched = new MatchedRecords();
        var worker = new ScanWorker(_generation, null, new ScanTally(), matched);
        var describer = new MatchDescriber(_generation, Level.Informational, _spool, matches.Add);
        using var reader = new RecordReader(new MemoryStream(raw), "record");
        for (var batch = new RecordBatch(); reader.Read(batch);)
        {
            worker.Process(batch);
            describer.Describe(matched);
        }

        return [.. matches.Where(m => m.Rule.Header.Title == m.Evidence.Source)];
    }

    public void Dispose()
    {
        _spool.Dispose();
        _folder.Dispose();
    }

    private static string Of(Waterguard.Events.LogSource source) =>
        string.Join(", ", new[] { ("category", source.Category), ("product", source.Product), ("service", source.Service) }.Where(p => p.Item2 is not null).Select(p => $"{p.Item1}: {p.Item2}"));
}
