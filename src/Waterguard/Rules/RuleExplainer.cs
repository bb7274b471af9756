using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Rules;

/// <summary>One line of an explanation.</summary>
/// <param name="Depth">0 for the whole condition, 1 for selections, deeper for their clauses.</param>
/// <param name="Found">What the event has there; empty for what is made of other lines.</param>
internal sealed record ExplainedLine(int Depth, bool Holds, string Text, string Found);

/// <summary>Says of a record, clause by clause, why a rule does or does not match it. Every clause is compiled and judged as a rule of its own by the same
/// compiler and matcher that judge the rule.</summary>
internal sealed class RuleExplainer(Generation generation)
{
    private const int MaxText = 160;
    private const int MaxValues = 5;

    public ImmutableArray<ExplainedLine> Explain(SigmaRule rule, FormedRecord record)
    {
        List<Part> parts = [new(0, rule.Condition, $"condition: {rule.ConditionText}", null)];
        var clauses = new ClauseList(record.Form, parts);
        foreach (var (name, condition) in rule.Selections)
        {
            parts.Add(new Part(1, condition, name, null));
            clauses.Add(condition, c => c, [], 2);
        }

        var truths = Judge(parts, rule, record);
        var views = new FieldViews(record.Form, parts.SelectMany(p => p.Fields ?? [])).Read(record.Bytes);
        return [.. parts.Select((p, i) => new ExplainedLine(p.Depth, truths.Contains(i), p.Text, p.Fields is { } names ? Found(names, views) : ""))];
    }

    // The last word has the rule itself, with all that other rules share with it.
    private HashSet<int> Judge(List<Part> parts, SigmaRule rule, FormedRecord record)
    {
        var asRules = parts.Select(p => rule with { Condition = p.Condition });
        var plan = RulePlan.Compile(record.Form with { TakesEveryRule = true }, asRules, [], generation.Lists, generation.Counters);
        var (reader, fields) = (new EventReader(), new EventBuffer());
        reader.TryRead(record.Bytes, 0, record.Bytes.Length, plan.Layout.Tree, fields, out _);
        plan.Layout.Complete(fields);
        return [.. new Matcher(plan).MatchByFullScan(fields, reader)];
    }

    private static string Found(ImmutableArray<string> names, ImmutableDictionary<string, FieldView> views) =>
        string.Join("; ", Present(names, views).Select(Found).Distinct(StringComparer.Ordinal));

    // Of many places for one name, those that the event does not have say nothing.
    private static IEnumerable<FieldView> Present(ImmutableArray<string> names, ImmutableDictionary<string, FieldView> views) =>
        names.Select(n => views[n]) is var all && all.Any(v => !v.Values.IsEmpty) ? all.Where(v => !v.Values.IsEmpty) : all;

    private static string Found(FieldView view)
    {
        if (view.Values.IsEmpty) return "the event does not have the field";
        var distinct = view.Values.Distinct(StringComparer.Ordinal).Select(v => Alerting.Redactor.Text(Cut(v))).ToArray();
        var more = distinct.Length > MaxValues ? $" and {distinct.Length - MaxValues} more" : "";
        var from = view.Tier == "raw" ? "" : view.Tier == "constant" ? " (in every record)" : $" (from {view.Tier})";
        return $"found {string.Join(", ", distinct.Take(MaxValues))}{more}{from}";
    }

    private static string Cut(string text) => text.Length > MaxText ? string.Concat(text.AsSpan(0, MaxText), "…") : text;

    private sealed record Part(int Depth, Condition Condition, string Name, ImmutableArray<string>? Fields)
    {
        public string Text { get; } = Cut(Name);
    }

    /// <summary>Takes conditions apart into lines. Inside a quantifier a clause says whether some element satisfies it.</summary>
    private sealed class ClauseList(EventShape form, List<Part> parts)
    {
        public void Add(Condition condition, Func<Condition, Condition> whole, ImmutableArray<string> scope, int depth)
        {
            switch (condition)
            {
                case AllOf { Parts.Length: > 0 } all:
                    foreach (var part in all.Parts) Add(part, whole, scope, depth);
                    break;
                case AnyOf { Parts.Length: > 0 } any: Group("one of", any.Parts, condition, whole, scope, depth); break;
                case AtLeast some: Group($"{some.Count} of", some.Parts, condition, whole, scope, depth); break;
                case Not not: Group("not", [not.Part], condition, whole, scope, depth); break;
                case ElementTest element:
                    parts.Add(new Part(depth, whole(element), $"{Name(element.Quantifier)} {element.Array}", null));
                    var inner = Below(scope, element.Array).SelectMany(Arrays).Distinct(StringComparer.Ordinal).ToImmutableArray();
                    Add(element.Body, c => whole(new ElementTest(element.Array, Quantifier.Any, c)), inner, depth + 1);
                    break;
                case FieldTest field:
                    var others = field.Test is FieldReferenceTest reference ? Below(scope, reference.OtherField) : [];
                    var meant = Meant(field);
                    var also = string.Concat(meant.Select(d => $", here also {d.MeansField} is '{d.MeansValue}'"));
                    parts.Add(new Part(depth, whole(field), SigmaText.Of(field) + also, [.. Below(scope, field.Field), .. others, .. meant.Select(d => d.MeansField)]));
                    break;
                default: parts.Add(new Part(depth, whole(condition), SigmaText.Of(condition), null)); break;
            }
        }

        private void Group(string name, ImmutableArray<Condition> inner, Condition condition, Func<Condition, Condition> whole, ImmutableArray<string> scope, int depth)
        {
            parts.Add(new Part(depth, whole(condition), name, null));
            foreach (var part in inner) Add(part, whole, scope, depth + 1);
        }

        // Values of another dialect that the source knows: the compiler lets them hold as well.
        private ImmutableArray<ValueDialect> Meant(FieldTest field) => field.Test is not TextTest text ? [] :
        [
            .. form.ValueDialects.Where(d => d.Field == field.Field
                && text.AnyOf.Any(p => p.Kind == TextKind.Exact && p.Literal.Equals(d.Value, StringComparison.OrdinalIgnoreCase))),
        ];

        // What a quantifier's name stands for, as the compiler sees it.
        private IEnumerable<string> Arrays(string name) =>
            (form.Scopes.TryGetValue(name, out var scope) ? scope : [name]).Concat(form.Map.TryGetValue(name, out var mapping) ? mapping.Paths : []);

        private static ImmutableArray<string> Below(ImmutableArray<string> scope, string name) =>
            scope.IsEmpty ? [name] : [.. scope.Select(s => name.Length == 0 ? s : $"{s}.{name}")];

        private static string Name(Quantifier quantifier) => quantifier switch
        {
            Quantifier.Any => "some element of",
            Quantifier.All => "every element, and at least one, of",
            Quantifier.AllOrEmpty => "every element, if any, of",
            _ => "no element of",
        };
    }
}
