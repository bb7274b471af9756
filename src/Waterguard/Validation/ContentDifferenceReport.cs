using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;

namespace Waterguard.Validation;

/// <summary>What <c>rules diff</c> prints: attacks that are lost first.</summary>
internal static class ContentDifferenceReport
{
    public static void Print(ContentDifference difference, TextWriter text)
    {
        Scenarios("Attacks that are no longer found:", difference.LostInScenarios, text);
        Scenarios("Benign twins that are no longer quiet:", difference.Loud, text);
        Scenarios("Attacks that are found only now:", difference.GainedInScenarios, text);
        foreach (var rule in difference.Rules)
        {
            text.WriteLine($"{rule.Title} ({rule.Level}): {rule.Gained} gained, {rule.Lost} lost");
            foreach (var alert in rule.ExamplesLost) text.WriteLine($"  - {AlertJson.Time(alert.Time)} {alert.Reason}");
            foreach (var alert in rule.ExamplesGained) text.WriteLine($"  + {AlertJson.Time(alert.Time)} {alert.Reason}");
        }

        text.WriteLine($"{difference.Gained} alerts gained, {difference.Lost} lost, of {difference.Rules.Length} rules.");
    }

    public static void WriteJson(ContentDifference difference, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteNumber("gained", difference.Gained);
        writer.WriteNumber("lost", difference.Lost);
        Write("scenarios_lost", difference.LostInScenarios, writer);
        Write("scenarios_gained", difference.GainedInScenarios, writer);
        Write("twins_loud", difference.Loud, writer);
        writer.WriteStartArray("rules");
        foreach (var rule in difference.Rules)
        {
            writer.WriteStartObject();
            writer.WriteString("id", rule.Id);
            writer.WriteString("title", rule.Title);
            writer.WriteString("level", rule.Level);
            writer.WriteNumber("gained", rule.Gained);
            writer.WriteNumber("lost", rule.Lost);
            Write("examples_gained", rule.ExamplesGained, writer);
            Write("examples_lost", rule.ExamplesLost, writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Scenarios(string title, IReadOnlyCollection<ScenarioDifference> scenarios, TextWriter text)
    {
        if (scenarios.Count == 0) return;
        text.WriteLine(title);
        foreach (var one in scenarios) text.WriteLine($"  {one.Scenario}: {one.Rule}{(one.Name.Length > 0 ? $": {one.What} '{one.Name}'" : "")}");
    }

    private static void Write(string name, IReadOnlyCollection<ScenarioDifference> scenarios, Utf8JsonWriter writer)
    {
        writer.WriteStartArray(name);
        foreach (var one in scenarios)
        {
            writer.WriteStartObject();
            writer.WriteString("scenario", one.Scenario);
            writer.WriteString("rule", one.Rule);
            writer.WriteString("what", one.What);
            if (one.Name.Length > 0) writer.WriteString("name", one.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(string name, IReadOnlyCollection<Alert> alerts, Utf8JsonWriter writer)
    {
        writer.WriteStartArray(name);
        foreach (var alert in alerts)
        {
            writer.WriteStartObject();
            writer.WriteString("id", alert.Id);
            writer.WriteString("time", AlertJson.Time(alert.Time));
            writer.WriteString("reason", alert.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
