using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Emulation.Scenarios;

/// <summary>Reads scenario files. What is wrong is reported with its place, and the other scenarios are read.</summary>
public static class ScenarioParser
{
    /// <summary>When detonations happen that say nothing else: an ordinary working day.</summary>
    public static DateTimeOffset UsualStart { get; } = new(2026, 11, 3, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The scenarios of a file, one a document; those with errors are left out.</summary>
    public static ImmutableArray<Scenario> Parse(string file, string text, DiagnosticBag bag)
    {
        var yaml = YamlFile.Parse(file, text);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        var scenarios = ImmutableArray.CreateBuilder<Scenario>();
        foreach (var document in yaml.Documents)
        {
            if (document.Root is not YamlMapping mapping) bag.Error(ContentCodes.NotAMapping, document.Root.Location, "A scenario is a mapping.");
            else if (One(new MappingReader(mapping, bag), bag) is { } scenario && document.Sound) scenarios.Add(scenario);
        }

        return scenarios.ToImmutable();
    }

    private static Scenario? One(MappingReader reader, DiagnosticBag bag)
    {
        var before = bag.ErrorCount;
        var id = reader.RequiredText("id");
        if (id is not null && !IsId(id)) bag.Error(ScenarioCodes.Id, reader.LocationOf("id"), "An id is made of small letters, digits and dashes, at most 80: it becomes part of names and labels.");
        var live = (reader.Has("kind") ? reader.Word("kind", "recorded", "live") : "recorded") == "live";
        var claim = reader.RequiredText("claim");
        var starts = Starts(reader, bag);
        var steps = new StepParser(live, bag);
        var warmUp = steps.List(reader, "warm_up");
        var detonate = steps.List(reader, "detonate");
        if (detonate.IsEmpty && bag.ErrorCount == before) reader.Missing("detonate");
        var expect = Expectations(reader, live, bag);
        var (needs, learn, look) = live ? (Needs(reader, bag), reader.Duration("learn"), reader.Duration("look")) : ([], null, null);
        var parts = new PartParser(steps, detonate, bag);
        var quiet = parts.List(reader, "quiet", isVariant: false);
        var variants = parts.List(reader, "variants", isVariant: true);
        var revert = steps.List(reader, "revert");
        reader.WarnAboutUnknownKeys();
        steps.CheckTotal(warmUp, detonate, reader.LocationOf("id"));
        return bag.ErrorCount > before ? null : new Scenario(id!, live, claim!, starts, warmUp, detonate, expect, quiet, variants, revert, reader.LocationOf("id")) { Needs = needs, Learn = learn, Look = look };
    }

    private static ImmutableArray<Expectation> Expectations(MappingReader reader, bool live, DiagnosticBag bag)
    {
        var expectations = ImmutableArray.CreateBuilder<Expectation>();
        if (reader.Node("expect") is not YamlSequence { Items.IsEmpty: false } list)
        {
            reader.Missing("expect");
            return [];
        }

        foreach (var item in list.Items)
        {
            if (item is not YamlMapping mapping)
            {
                bag.Error(ContentCodes.WrongShape, item.Location, "An expectation is a mapping with 'rule' and 'within'.");
                continue;
            }

            var one = new MappingReader(mapping, bag);
            var rule = one.RequiredText("rule");
            var within = one.RequiredDuration("within");
            var (shows, becomes) = live ? (one.Text("shows"), one.Has("becomes") ? one.Word("becomes", "degraded", "blind") : null) : (null, null);
            one.WarnAboutUnknownKeys();
            if (rule is not null && within is { } time) expectations.Add(new Expectation(rule, time, one.LocationOf("rule")) { Shows = shows, Becomes = becomes });
        }

        return expectations.ToImmutable();
    }

    private static ImmutableArray<string> Needs(MappingReader reader, DiagnosticBag bag)
    {
        var needs = reader.Texts("needs");
        foreach (var need in needs.Where(n => !LiveStep.AllNeeds.Contains(n, StringComparer.Ordinal))) bag.Error(ContentCodes.WrongShape, reader.LocationOf("needs"), $"'{need}' is nothing that can be needed: {string.Join(", ", LiveStep.AllNeeds)}.");
        return needs;
    }

    private static DateTimeOffset Starts(MappingReader reader, DiagnosticBag bag)
    {
        if (reader.Text("starts") is not { } text) return UsualStart;
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var starts) && starts.Year is > 2000 and < 2100) return starts;
        bag.Error(ContentCodes.WrongShape, reader.LocationOf("starts"), "'starts' is a time such as 2026-11-03T10:00:00Z.");
        return UsualStart;
    }

    private static bool IsId(string id) => id.Length <= 80 && char.IsAsciiLetterLower(id[0]) && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
