using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Content;
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
        ["framing"] = Framing,
        ["json"] = Json,
        ["redaction"] = Redaction,
        ["sigma"] = Sigma,
        ["source"] = Source,
    }.ToImmutableDictionary(StringComparer.Ordinal);

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

    private static int Class(int length) => length == 0 ? 0 : 1 + (int)Math.Log2(length);
}
