using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Pipeline;
using Waterguard.Rules;
using Waterguard.Sigma;

namespace Waterguard.Tests.Content.Detections;

/// <summary>All rules that ship, to be asked about single records.</summary>
internal sealed class RuleBench
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly RecordForms _forms;

    public RuleBench()
    {
        Generation = GenerationLoader.Load(ContentOptions.Default);
        _forms = new RecordForms(Generation);
    }

    public Generation Generation { get; }

    public bool Matches(SigmaRule rule, JsonObject record)
    {
        var records = _forms.Read(Encoding.UTF8.GetBytes(record.ToJsonString()), rule, null, out _);
        return records.Any(r => _forms.Matching(r).Any(m => m.Header.Id == rule.Header.Id));
    }

    /// <summary>All rules that match a record of the audit log.</summary>
    public HashSet<SigmaRule> Matching(JsonObject record)
    {
        var anyRule = Generation.Rules.Rules.First(r => r.LogSource is { Product: "kubernetes", Service: "audit" });
        return [.. _forms.Read(Encoding.UTF8.GetBytes(record.ToJsonString()), anyRule, null, out _).SelectMany(r => _forms.Matching(r))];
    }

    /// <summary>The events in plain audit form that a rule must match.</summary>
    public IEnumerable<JsonObject> AuditExamples(SigmaRule rule) =>
        from example in rule.Examples
        where example.MustMatch
        let record = Parse(example.Json)
        where record?["verb"] is not null && record["requestURI"] is not null
        select record;

    // A record with a key twice has no tree; it is an example of its own rule only.
    private static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
