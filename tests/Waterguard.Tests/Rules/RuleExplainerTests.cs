using System.Text;
using Waterguard.Output;
using Waterguard.Rules;
using Waterguard.Sigma;
using Waterguard.Tests.Sigma;
using Xunit;

namespace Waterguard.Tests.Rules;

public sealed class RuleExplainerTests
{
    [Fact]
    public void An_explanation_says_clause_by_clause_what_held_and_what_the_event_has() =>
        Assert.Equal(File.ReadAllText(Case("explained.txt")), Explain(File.ReadAllText(Case("explained.yml")), File.ReadAllText(Case("explained.json"))));

    [Theory]
    [InlineData("  s: {verb: create}\n  condition: s", """{"verb":"create"}""", "✔ condition")]
    [InlineData("  s: {verb: create}\n  condition: not s", """{"verb":"create"}""", "✘ condition")]
    [InlineData("  s: {verb: create}\n  condition: s", """{"objectRef":{}}""", "✘ verb is 'create'   the event does not have the field")]
    [InlineData("  s: {verb: replace}\n  condition: s", """{"verb":"update"}""", "✔ verb is 'replace', here also verb is 'update'   found 'update'")]
    [InlineData("  s: {event.outcome: failure}\n  condition: s", """{"responseStatus":{"code":403}}""", "✔ event.outcome is 'failure'   found 'failure' (which 403 stands for) (from responseStatus.code, stage)")]
    [InlineData("  s: {orchestrator.type: kubernetes}\n  condition: s", "{}", "✔ orchestrator.type is 'kubernetes'   found 'kubernetes' (in every record)")]
    [InlineData("  s: {userAgent: null}\n  condition: s", """{"userAgent":null}""", "✔ userAgent is null   found null")]
    [InlineData("  s: [secret]\n  condition: s", """{"verb":"a secret verb"}""", "✔ keyword is '*secret*'")]
    [InlineData("  a: {verb: create}\n  b: {verb: get}\n  c: {level: Request}\n  condition: 2 of them", """{"verb":"get","level":"Request"}""", "✘ a")]
    public void A_clause_shows(string detection, string json, string line)
    {
        var head = """{"kind":"Event","apiVersion":"audit.k8s.io/v1",""";
        var record = json == "{}" ? head[..^1] + "}" : head + json[1..];

        Assert.Contains(Explain(SomeContent.Rule(detection), record).Split('\n'), l => l.Trim().StartsWith(line, StringComparison.Ordinal));
    }

    [Fact]
    public void Control_characters_of_the_event_do_not_reach_the_terminal() =>
        Assert.DoesNotContain('\e', Explain(SomeContent.Rule("  s: {verb: create}\n  condition: s"), """{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"\u001b[2J"}"""));

    [Theory]
    [InlineData("  s: {verb: [create, get]}\n  f: {user.name|startswith: 'system:'}\n  condition: s and not f")]
    [InlineData("  s: {event.outcome: failure}\n  condition: s")]
    [InlineData("  s: {'container[any]': {image|contains: a}}\n  f: {objectRef.namespace: kube-system}\n  condition: s or not f")]
    [InlineData("  a: {verb: create}\n  b: {objectRef.resource: pods}\n  c: {level: RequestResponse}\n  condition: 2 of them")]
    public void The_condition_is_judged_as_a_scan_judges_the_rule(string detection)
    {
        var generation = SomeContent.With(SomeContent.Rule(detection));
        var (forms, rule, judged) = (new RecordForms(generation), Assert.Single(generation.Rules.Rules), new HashSet<bool>());
        foreach (var line in File.ReadLines(CaseTable.InRepository("samples", "kubernetes-audit.ndjson")))
        {
            var record = Assert.Single(forms.Read(Encoding.UTF8.GetBytes(line), rule, null, out _));
            var matches = forms.Matching(record).Contains(rule);
            judged.Add(matches);
            Assert.Equal(matches, new RuleExplainer(generation).Explain(rule, record)[0].Holds);
        }

        Assert.Equal(2, judged.Count);
    }

    private static string Explain(string rule, string json)
    {
        var generation = SomeContent.With(rule);
        var sigma = Assert.Single(generation.Rules.Rules);
        var record = Assert.Single(new RecordForms(generation).Read(Encoding.UTF8.GetBytes(json), sigma, null, out var problem));
        Assert.Null(problem);
        using var text = new StringWriter { NewLine = "\n" };
        ExplainReport.Print(text, sigma, record.Form, new RuleExplainer(generation).Explain(sigma, record), colours: false);
        return text.ToString();
    }

    private static string Case(string name) => CaseTable.InRepository("tests", "Waterguard.Tests", "Rules", "Cases", name);
}
