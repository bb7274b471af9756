using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sources.Recognition;

namespace Waterguard.Rules;

/// <summary>A record, out of its envelopes, and the form that it is read as.</summary>
internal sealed record FormedRecord(EventShape Form, byte[] Bytes);

/// <summary>Tells what a single record is for a rule: what it is recognised as, or else the first form that the rule is for. Not thread-safe.</summary>
internal sealed class RecordForms(Generation generation)
{
    private const int MaxNesting = 4;

    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();

    /// <summary>The records inside; none, and the problem, when it cannot be read.</summary>
    /// <param name="source">Name of the source to read it as; null to recognise it.</param>
    public ImmutableArray<FormedRecord> Read(byte[] json, SigmaRule rule, string? source, out string? problem)
    {
        var told = source is null ? null : generation.Sources.Find(source);
        if (source is not null && told is null)
        {
            problem = $"there is no source '{source}'";
            return [];
        }

        var recogniser = told is null ? generation.Sources.Recogniser : new FormRecogniser(told.Forms);
        var forms = told is null ? generation.Sources.Forms.Where(f => f.Takes(rule.LogSource)).OrderBy(f => f.TakesEveryRule) : told.Forms.AsEnumerable();
        var found = ImmutableArray.CreateBuilder<FormedRecord>();
        problem = Read(json, recogniser, forms.FirstOrDefault(f => !f.IsEnvelope), found, 0);
        return problem is null ? found.ToImmutable() : [];
    }

    /// <summary>The rules that match the record.</summary>
    public ImmutableArray<SigmaRule> Matching(FormedRecord record)
    {
        var plan = generation.PlanFor(record.Form).Rules;
        _reader.TryRead(record.Bytes, 0, record.Bytes.Length, plan.Layout.Tree, _fields, out _);
        plan.Layout.Complete(_fields);
        return [.. new Matcher(plan).Match(_fields, _reader).ToArray().Select(i => plan.Rules[i]).Where(r => !generation.Readings.ByRule.ContainsKey(r))];
    }

    private string? Read(byte[] json, FormRecogniser recogniser, EventShape? fallback, ImmutableArray<FormedRecord>.Builder found, int nesting)
    {
        var form = recogniser.Recognise(_reader, json, 0, json.Length, _fields, out var flaw) ?? fallback;
        if (flaw is not null) return $"the event cannot be read: byte {flaw.Offset}: {flaw.Reason}";
        if (form is null) return "no source recognises the event, and none is for the rule's log source";
        if (!form.IsEnvelope || nesting == MaxNesting)
        {
            if (form.Split.IsEmpty) found.Add(new FormedRecord(form, json));
            else new RecordSplitter(form).Split(json, 0, json.Length, (bytes, start, length) => found.Add(new FormedRecord(form, bytes.AsSpan(start, length).ToArray())));
            return null;
        }

        return new Unwrapper(form).Unwrap(json, 0, json.Length).Select(inner => inner.ToArray()).ToArray()
            .Select(inner => Read(inner, recogniser, fallback, found, nesting + 1)).FirstOrDefault(p => p is not null);
    }
}
