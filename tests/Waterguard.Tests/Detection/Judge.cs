using System.Text;
using Waterguard.Content;
using Waterguard.Detection;
using Waterguard.Detection.Lists;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Sources;
using Xunit;

namespace Waterguard.Tests.Detection;

/// <summary>Rules on events, without files and pipeline.</summary>
internal sealed class Judge(RulePlan plan)
{
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly Matcher _matcher = new(plan);

    /// <summary>The source that takes any object and every rule.</summary>
    public static EventShape Json { get; } = Shape(File.ReadAllText(Repository.PathOf("content", "sources", "json.yml")));

    public RulePlan Plan => plan;

    public static EventShape Shape(string definition)
    {
        var bag = new DiagnosticBag();
        var catalog = SourceCatalog.Load([("source.yml", definition)], bag);
        Assert.Empty(bag.ToSorted());
        return catalog.Sources[0].Forms[0];
    }

    public static Judge Of(EventShape shape, IEnumerable<SigmaRule> rules, ListCatalog? lists = null) =>
        new(RulePlan.Compile(shape, rules, [], lists ?? ListCatalog.Empty, new RuntimeCounters()));

    /// <summary>A rule of one selection, and a second one of its negation.</summary>
    public static Judge OfSelection(string selection, EventShape? shape = null)
    {
        var rules = RuleLoader.Load(
        [
            new RuleFile("is.yml", Rule("is", "{s: " + selection + ", condition: s}")),
            new RuleFile("not.yml", Rule("not", "{s: " + selection + ", condition: not s}")),
        ]);
        Assert.Empty(rules.Diagnostics.Where(d => d.Severity == Severity.Error));
        return Of(shape ?? Json, rules.Rules);
    }

    public static string Rule(string title, string detection) => $"title: {title}\nlogsource: {{product: test}}\ndetection: {detection}\n";

    /// <summary>Titles of the rules that match; the index and the full scan must agree.</summary>
    public IReadOnlyList<string> Titles(string json) => Titles(Encoding.UTF8.GetBytes(json));

    public IReadOnlyList<string> Titles(byte[] json)
    {
        Assert.True(_reader.TryRead(json, 0, json.Length, plan.Layout.Tree, _fields, out var flaw), flaw?.ToString());
        plan.Layout.Complete(_fields);
        var byIndex = _matcher.Match(_fields, _reader).ToArray();
        var byScan = _matcher.MatchByFullScan(_fields, _reader).ToArray();
        if (!byIndex.AsSpan().SequenceEqual(byScan))
        {
            var missed = byScan.Except(byIndex).Select(r => $"{plan.Rules[r].Header.Title}: {SigmaText.Of(plan.Rules[r].Condition)}");
            Assert.Fail($"index and full scan differ on {Encoding.UTF8.GetString(json)}: {string.Join("; ", missed)}");
        }

        Assert.True(_reader.TryRead(json, 0, json.Length, plan.Layout.Tree, _fields, out _, leaveBodies: true));
        plan.Layout.Complete(_fields);
        if (!_matcher.Match(_fields, _reader).SequenceEqual(byIndex)) Assert.Fail($"leaving bodies unread changes the answer on {Encoding.UTF8.GetString(json)}");
        return [.. byIndex.Select(r => plan.Rules[r].Header.Title)];
    }

    /// <summary>Whether the record can be read for these rules at all.</summary>
    public bool Reads(byte[] json) => _reader.TryRead(json, 0, json.Length, plan.Layout.Tree, _fields, out _);

    public bool Matches(string json, string title) => Titles(json).Contains(title, StringComparer.Ordinal);
}
