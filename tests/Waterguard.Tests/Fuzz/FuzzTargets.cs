using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Content;
using Waterguard.Events.Shapes;
using Waterguard.Events.Framing;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Sources;
using Waterguard.Sources.Definitions;
using Waterguard.Tests.Detection;
using Waterguard.Tests.Events;

namespace Waterguard.Tests.Fuzz;

/// <summary>What is fuzzed. Each target returns a short name of what the input made it do: new names are worth keeping.</summary>
internal static class FuzzTargets
{
    private static readonly Judge Rules = Judge.Of(Judge.Json, RuleLoader.Load([new RuleFile("r.yml", Judge.Rule("r",
        "{s: {'a|re': 'x.*y', b|gt: 5, c|cidr: 10.0.0.0/8}, t: {'list[any]': {k: v, 'n|contains': x}}, u: {a: null}, v: {'e|hour': 5}, k: [word], condition: s or t or (u and not v) or k}")),]).Rules);

    public static ImmutableDictionary<string, Func<byte[], string>> All { get; } = new Dictionary<string, Func<byte[], string>>(StringComparer.Ordinal)
    {
        ["block"] = Block,
        ["configuration"] = Configuration,
        ["framing"] = Framing,
        ["json"] = Json,
        ["redaction"] = Redaction,
        ["scenario"] = Scenario,
        ["sigma"] = Sigma,
        ["source"] = Source,
        ["splitting"] = Splitting,
        ["strategy"] = Strategy,
        ["syslog"] = Syslog,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    // What a journal gives back may be damaged.
    private static string Block(byte[] input)
    {
        var batch = new RecordBatch();
        try
        {
            RecordBlock.Read(input, "f", 0, batch);
            return $"read {Class(batch.Count)}";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static string Configuration(byte[] input)
    {
        var bag = new DiagnosticBag();
        var read = Waterguard.Configuration.ServiceConfiguration.Load("f.yaml", input, bag);
        if (read is null == (bag.ErrorCount == 0)) throw new InvalidOperationException("A configuration is refused without a reason, or used in spite of one.");
        return string.Join(' ', bag.ToSorted().Select(d => d.Code).Distinct(StringComparer.Ordinal).Take(3)) + " " + (read?.Inputs.Length ?? -1);
    }

    // What is read can be rendered, and what was imported can be read again with all its headings.
    private static string Strategy(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var bag = new DiagnosticBag();
        var folder = new Waterguard.Strategies.Lint.StrategyFolder("f", [new("strategy.md", "f.md", text), new("playbook.yml", "p.yml", text), new("scenarios/s.yml", "s.yml", text)]);
        var strategy = Waterguard.Strategies.Strategy.Read(folder, bag)!;
        var html = Waterguard.Strategies.Rendering.HtmlRendering.Render(strategy, Waterguard.Strategies.Rendering.LiveState.Unknown);
        if (html.Contains("<script", StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException("Markup of the document is markup of the page.");
        var imported = Waterguard.Strategies.Import.DocumentImport.Import("f", "f.md", text, Attack.Value);
        var again = Waterguard.Strategies.Documents.DocumentReader.Read("g.md", imported.Files[0].Text, new DiagnosticBag());
        if (text.Length < 30_000 && Waterguard.Strategies.Documents.AdsSections.All.Any(s => again.Section(s) is null)) throw new InvalidOperationException("A skeleton lacks a heading.");
        return string.Join(' ', bag.ToSorted().Select(d => d.Code).Distinct(StringComparer.Ordinal).Take(3)) + $" {strategy.Document.Headings.Length} {Class(strategy.Document.Claims.Count())} {strategy.Playbook?.Steps.Length}";
    }

    private static readonly Lazy<Waterguard.Strategies.Attack.AttackCatalog> Attack = new(Waterguard.Strategies.StrategyCatalog.Attack);

    // However the bytes come, the same messages are found, and none is longer than allowed.
    private static string Syslog(byte[] input)
    {
        var (whole, pieces) = (Messages(input, input.Length), Messages(input, 3));
        if (!whole.SequenceEqual(pieces, StringComparer.Ordinal)) throw new InvalidOperationException("Pieces change the messages.");
        return $"{Class(whole.Count)} {Class(whole.Sum(m => m.Length))}";
    }

    private static List<string> Messages(byte[] input, int piece)
    {
        var (framing, found, pending) = (new Waterguard.Sources.Transports.Syslog.SyslogFraming(100), new List<string>(), new List<byte>());
        for (var at = 0; at < input.Length; at += piece)
        {
            pending.AddRange(input.AsSpan(at, Math.Min(piece, input.Length - at)));
            var ended = at + piece >= input.Length;
            while (pending.Count > 0)
            {
                var one = framing.Next(pending.ToArray(), ended, out var message, out var used);
                if (message.Length > 100) throw new InvalidOperationException("A message is longer than allowed.");
                if (one) found.Add(Convert.ToHexString(message));
                pending.RemoveRange(0, used);
                if (used == 0) break;
            }
        }

        return found;
    }

    // However the bytes drip in, the same records come out, and every byte is accounted for.
    private static string Framing(byte[] input)
    {
        var whole = Tests.Events.Framing.Records.Of(new MemoryStream(input));
        var dripped = Tests.Events.Framing.Records.Of(new Tests.Events.Framing.DrippingStream(input, new Random(input.Length), 7));
        if (!whole.SequenceEqual(dripped, StringComparer.Ordinal)) throw new InvalidOperationException("Chunking changes the records.");
        var problems = whole.Where(r => r.Contains(" ! ", StringComparison.Ordinal)).Select(r => r.Split(" ! ")[1].TrimEnd("0123456789".ToCharArray())).Distinct(StringComparer.Ordinal);
        return $"{Class(whole.Count)} {string.Join(',', problems.Select(p => p[..Math.Min(12, p.Length)]).Take(3))}";
    }

    private static string Json(byte[] input)
    {
        Extraction.Read(input, JsonMaker.Paths, out var flaw, out var fields);
        if (Rules.Reads(input)) Rules.Titles(input);
        return flaw is null ? $"ok {fields.Touched.Length} {fields.HasDuplicateKeys} {fields.DepthCapped}" : $"{flaw.Reason} {Class(input.Length)}";
    }

    private static string Redaction(byte[] input)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Waterguard.Alerting.Output.AlertJson.Options)) Redactor.Write(input, writer);
        return $"{Class((int)stream.Length)} {Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length).Split("sha256:").Length}";
    }

    // What is read can be played, and comes out as records.
    private static string Scenario(byte[] input)
    {
        var bag = new DiagnosticBag();
        var records = 0;
        foreach (var scenario in Waterguard.Emulation.Scenarios.ScenarioParser.Parse("f.yml", Encoding.UTF8.GetString(input), bag))
        {
            if (scenario.WarmUp.Concat(scenario.Detonate).Concat(scenario.Quiet.Concat(scenario.Variants).SelectMany(p => p.Play)).Sum(s => s.Repeat) > 1000) continue;
            Waterguard.Emulation.ScenarioRunner.Run(scenario, telemetry =>
            {
                records += telemetry.Sources.Sum(s => s.Records);
                return new Waterguard.Emulation.Observed([], []);
            });
        }

        return string.Join(' ', bag.ToSorted().Select(d => d.Code).Distinct(StringComparer.Ordinal).Take(3)) + " " + Class(records);
    }

    private static string Sigma(byte[] input)
    {
        var rules = RuleLoader.Load([new RuleFile("f.yml", Encoding.UTF8.GetString(input))]);
        foreach (var rule in rules.Rules) Judge.Of(Judge.Json, [rule]).Titles("""{"a":"x","list":[{"k":"v"}]}""");
        return string.Join(' ', rules.Diagnostics.Select(d => d.Code).Distinct(StringComparer.Ordinal).Take(3)) + " " + Class(rules.Rules.Length);
    }

    private static string Source(byte[] input)
    {
        var bag = new DiagnosticBag();
        var source = SourceLoader.Load("f.yml", Encoding.UTF8.GetString(input), bag);
        if (source is not null)
        {
            var catalog = SourceCatalog.Load([("f.yml", Encoding.UTF8.GetString(input))], new DiagnosticBag());
            foreach (var form in catalog.Forms) Judge.Of(form, []).Titles("""{"kind":"Event","n":1}""");
        }

        return string.Join(' ', bag.ToSorted().Select(d => d.Code).Distinct(StringComparer.Ordinal).Take(3)) + " " + (source?.Forms.Length ?? -1);
    }

    private static readonly EventShape Split = Judge.Shape(
        "name: test.split\nsplit: [events, events.inner]\nmap:\n  p.*: {pairs: \"events[].parameters[]\", name: name, value: [value, values]}\n");

    private static readonly Judge ByName = Judge.Of(Split, RuleLoader.Load([new RuleFile("r.yml", Judge.Rule("r", "{s: {p.SETTING: 'x'}, t: {p.other|exists: true}, condition: s or t}"))]).Rules);

    // What is split can be read again, and holds no less than the whole.
    private static string Splitting(byte[] input)
    {
        if (!ByName.Reads(input)) return "unread";
        var records = 0;
        var whole = new Waterguard.Sources.Recognition.RecordSplitter(Split).Split(input, 0, input.Length, (bytes, start, length) =>
        {
            records++;
            var record = bytes.AsSpan(start, length).ToArray();
            if (!ByName.Reads(record)) throw new InvalidOperationException("A piece cannot be read.");
            ByName.Titles(record);
        });
        return $"{whole} {Class(records)} {ByName.Titles(input).Count}";
    }

    private static int Class(int length) => length == 0 ? 0 : 1 + (int)Math.Log2(length);
}
