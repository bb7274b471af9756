using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Content.Yaml;

namespace Waterguard.Tests.Sources.Expected;

/// <summary>Raw records with what other parsers make of them, read from the public corpora as those keep them.</summary>
internal static partial class ExpectedCorpora
{
    public static IEnumerable<ExpectedRecord> Read(string dataset) => dataset switch
    {
        "auditd-coalesced" => Coalesced(),
        "auditd-parsed" => Parsed(),
        "ecs-documents" => Documents(),
        "suricata-udm" => Suricata(),
        "syscheck-database" => Syscheck(),
        "wazuh-decoders" => Decoders(),
        _ => Originals(dataset),
    };

    // An integration's document, with the text that it was made of.
    private static IEnumerable<ExpectedRecord> Originals(string dataset)
    {
        foreach (var (name, document) in Samples())
        {
            if (name != dataset) continue;
            yield return ExpectedRecord.Of(name, document.GetProperty("event").GetProperty("original").GetString()! + "\n", [document]);
        }
    }

    private static IEnumerable<ExpectedRecord> Documents() => Samples().Select(s => ExpectedRecord.Of(s.Name, s.Document.GetRawText() + "\n", [s.Document]));

    private static IEnumerable<(string Name, JsonElement Document)> Samples() =>
        Directory.EnumerateFiles(Repository.Corpus("elastic-package-samples"), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Select(l => JsonDocument.Parse(l).RootElement)
            .Select(s => ($"{s.GetProperty("package")}.{s.GetProperty("data_stream")}", s.GetProperty("sample_event")));

    // All lines of an event, and the one document that they give.
    private static IEnumerable<ExpectedRecord> Coalesced()
    {
        foreach (var golden in Directory.EnumerateFiles(Repository.Corpus("auditd-go-libaudit"), "aucoalesce*.golden").Order(StringComparer.Ordinal))
        {
            var file = golden.Replace(".json.golden", ".yaml", StringComparison.Ordinal);
            var tests = (YamlMapping)((YamlMapping)YamlFile.Parse(file, File.ReadAllText(file)).Documents[0].Root)["tests"]!;
            foreach (var expected in JsonDocument.Parse(File.ReadAllText(golden)).RootElement.EnumerateArray())
            {
                var name = expected.GetProperty("test_name").GetString()!;
                yield return ExpectedRecord.Of($"{Path.GetFileName(golden).Split("__")[2].Split(".json")[0]} {name}", ((YamlScalar)tests[name]!).Text.Trim() + "\n", [expected.GetProperty("event")]);
            }
        }
    }

    // Every line has a document there; ours are of whole events.
    private static IEnumerable<ExpectedRecord> Parsed()
    {
        foreach (var golden in Directory.EnumerateFiles(Repository.Corpus("auditd-go-libaudit"), "auparse*.golden").Order(StringComparer.Ordinal))
        {
            var lines = File.ReadLines(golden[..^".golden".Length]).Where(l => Event().IsMatch(l)).ToLookup(l => Event().Match(l).Groups["serial"].Value, StringComparer.Ordinal);
            var documents = JsonDocument.Parse(File.ReadAllText(golden)).RootElement.EnumerateArray().ToLookup(d => d.GetProperty("sequence").GetRawText(), StringComparer.Ordinal);
            foreach (var serial in lines) yield return ExpectedRecord.Of($"{Path.GetFileName(golden).Split("__")[2].Split('.')[0]} {serial.Key}", string.Join('\n', serial) + "\n", documents[serial.Key]);
        }
    }

    private static IEnumerable<ExpectedRecord> Suricata()
    {
        var raw = JsonDocument.Parse(File.ReadAllText(Repository.Corpus("google-secops-parsers", "SURICATA_EVE", "raw_logs", "default_log.json"))).RootElement.GetProperty("raw_logs").GetProperty("entries");
        var parsed = JsonDocument.Parse(File.ReadAllText(Repository.Corpus("google-secops-parsers", "SURICATA_EVE", "expected_events", "default_events.json"))).RootElement.GetProperty("events");
        return raw.EnumerateArray().Zip(parsed.EnumerateArray())
            .Select((p, i) => ExpectedRecord.Of($"{i + 1}", p.First.GetProperty("data").GetString()!, [p.Second.GetProperty("event").GetProperty("idm").GetProperty("readOnlyUdm")]));
    }

    // What the manager writes into its database for a message of the agent.
    private static IEnumerable<ExpectedRecord> Syscheck()
    {
        var file = Repository.Corpus("wazuh-qa-syscheck", "syscheck_rare_events.yaml");
        foreach (var test in ((YamlSequence)YamlFile.Parse(file, File.ReadAllText(file)).Documents[0].Root).Items.Cast<YamlMapping>())
        {
            var step = (YamlMapping)((YamlSequence)test["test_case"]!).Items[0];
            var (input, output) = (((YamlScalar)step["input"]!).Text, ((YamlScalar)step["output"]!).Text);
            var json = output.Contains('{', StringComparison.Ordinal) ? output[output.IndexOf('{', StringComparison.Ordinal)..]
                : $$"""{"path": {{JsonSerializer.Serialize(output.Split(" delete ", 2)[1])}}, "deleted": true}""";
            yield return ExpectedRecord.Of(((YamlScalar)test["name"]!).Text, input["8:syscheck:".Length..] + "\n", [JsonDocument.Parse(json).RootElement]);
        }
    }

    // Which decoder the manager takes a line for.
    private static IEnumerable<ExpectedRecord> Decoders()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Corpus("wazuh-ruleset-tests"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            var number = 0;
            foreach (var test in File.ReadLines(file).Select(l => JsonDocument.Parse(l).RootElement))
            {
                var kind = $"{Path.GetFileNameWithoutExtension(file)}/{test.GetProperty("decoder").GetString()}";
                yield return ExpectedRecord.Of($"{kind} {++number}", test.GetProperty("log").GetString()! + "\n", [JsonDocument.Parse($$"""{"decoder": {{JsonSerializer.Serialize(kind)}}}""").RootElement]);
            }
        }
    }

    [GeneratedRegex(@"msg=audit\([0-9.]+:(?<serial>[0-9]+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Event();
}
