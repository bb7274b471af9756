using System.Collections.Immutable;
using Waterguard.Detection.Census;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Rules;
using Waterguard.Sigma;

namespace Waterguard.Witnesses;

/// <summary>Decides what was unknown when a record was matched: rules that read the census are judged once more, whole, with what the census says of the record. Not thread-safe.</summary>
internal sealed class CensusDecider(Generation generation)
{
    private readonly RecordForms _forms = new(generation);
    private readonly Dictionary<(string Rule, EventShape Form), Matcher> _matchers = [];
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();

    /// <summary>Whether the rule matches the record, with these values where the record has none.</summary>
    public bool Holds(Match match, ImmutableDictionary<string, ImmutableArray<string>> told)
    {
        // Nothing is dropped that cannot be read again.
        if (match.Evidence.Raw is not { } raw) return true;
        foreach (var record in _forms.Read(raw.Read().ToArray(), match.Rule, match.Evidence.Source, out _))
        {
            if (Holds(match, record, told)) return true;
        }

        return false;
    }

    private bool Holds(Match match, FormedRecord record, ImmutableDictionary<string, ImmutableArray<string>> told)
    {
        var matcher = MatcherOf(match.Rule, record.Form);
        var layout = matcher.Plan.Layout;
        _reader.TryRead(record.Bytes, 0, record.Bytes.Length, layout.Tree, _fields, out _);
        layout.Complete(_fields);
        // What an input's labels say is in the match, and not in the record.
        foreach (var (name, values) in match.Values.SetItems(told).OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (values.IsEmpty || layout.Find(name) is not { } binding || binding.Slots.Any(s => s.Slot < 0 || _fields.First(s.Slot) >= 0)) continue;
            for (var i = 0; i < values.Length; i++) _fields.AddText(binding.Tiers[0][0].Slot, values[i]);
        }

        return matcher.MatchByFullScan(_fields, _reader).Length > 0;
    }

    private Matcher MatcherOf(SigmaRule rule, EventShape form)
    {
        if (_matchers.TryGetValue((rule.Header.Id, form), out var known)) return known;
        return _matchers[(rule.Header.Id, form)] = new Matcher(RulePlan.Compile(form with { TakesEveryRule = true }, [rule], [], generation.Lists, generation.Counters));
    }
}
