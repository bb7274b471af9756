using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Emulation.Recording;

namespace Waterguard.Emulation.Scenarios;

/// <summary>Reads steps: records of a recorded scenario, acts of a live one.</summary>
internal sealed class StepParser(bool live, DiagnosticBag bag)
{
    /// <summary>Most records of one part of a scenario, its warm-up counted.</summary>
    public const int MaxRecords = 100_000;

    private static readonly TimeSpan Farthest = TimeSpan.FromDays(400);

    public ImmutableArray<ScenarioStep> List(MappingReader reader, string key)
    {
        switch (reader.Node(key))
        {
            case null: return [];
            case YamlSequence list: return [.. list.Items.Select(One).OfType<ScenarioStep>()];
            case var other:
                bag.Error(ContentCodes.WrongShape, other.Location, $"'{key}' is a list of steps.");
                return [];
        }
    }

    /// <summary>Holds the bound on what one part makes.</summary>
    public void CheckTotal(ImmutableArray<ScenarioStep> warmUp, ImmutableArray<ScenarioStep> steps, SourceLocation at)
    {
        if (warmUp.Concat(steps).Sum(s => (long)s.Repeat) > MaxRecords) bag.Error(ScenarioCodes.TooMany, at, $"A part of a scenario makes at most {MaxRecords} records, its warm-up counted.");
    }

    private ScenarioStep? One(YamlNode node)
    {
        if (node is not YamlMapping mapping)
        {
            bag.Error(ScenarioCodes.Step, node.Location, "A step is a mapping.");
            return null;
        }

        var reader = new MappingReader(mapping, bag);
        var step = live ? Command(reader) : Record(reader);
        reader.WarnAboutUnknownKeys();
        return step;
    }

    private ScenarioStep? Command(MappingReader reader)
    {
        var before = bag.ErrorCount;
        var act = LiveStepParser.Read(reader, bag);
        return act is null || bag.ErrorCount > before ? null : new ScenarioStep(null, null, TimeSpan.Zero, 1, TimeSpan.Zero, TimeSpan.Zero, act, reader.Mapping.Location);
    }

    private ScenarioStep? Record(MappingReader reader)
    {
        var before = bag.ErrorCount;
        var source = reader.RequiredText("source");
        var template = Template(reader);
        var at = Offset(reader, "at");
        var repeat = Repeat(reader);
        var every = reader.Duration("every") ?? TimeSpan.Zero;
        var jitter = reader.Duration("jitter") ?? TimeSpan.Zero;
        if (every * repeat > Farthest || jitter > Farthest) bag.Error(ScenarioCodes.Offset, reader.LocationOf("every"), $"A series ends at most {Farthest.Days} days after it began.");
        return bag.ErrorCount > before ? null : new ScenarioStep(source, template, at, repeat, every, jitter, null, reader.Mapping.Location);
    }

    private JsonNode? Template(MappingReader reader)
    {
        var (record, text) = (reader.Node("record"), reader.Text("text"));
        if (record is null == text is null)
        {
            bag.Error(ScenarioCodes.Step, reader.Mapping.Location, "A step of a recorded scenario has either 'record', a mapping, or 'text'.");
            return null;
        }

        if (text is not null)
        {
            if (PlaceholderText.Flaw(text) is { } flaw) bag.Error(ScenarioCodes.Placeholder, reader.LocationOf("text"), flaw);
            if (text.Contains('\n', StringComparison.Ordinal)) bag.Error(ScenarioCodes.Step, reader.LocationOf("text"), "A text is one line.");
            return JsonValue.Create(YamlJson.Whole(text));
        }

        if (record is YamlMapping) return YamlJson.Of(record, bag);
        bag.Error(ContentCodes.WrongShape, record!.Location, "'record' is a mapping.");
        return null;
    }

    private TimeSpan Offset(MappingReader reader, string key)
    {
        if (reader.Text(key) is not { } text) return TimeSpan.Zero;
        var minus = text.StartsWith('-');
        if (text == "0s") return TimeSpan.Zero;
        if (Duration.TryParse(minus ? text[1..] : text, out var offset) && offset <= Farthest) return minus ? -offset : offset;
        bag.Error(ScenarioCodes.Offset, reader.LocationOf(key), $"'{key}' is a duration such as 30s or -14d, at most {Farthest.Days} days.");
        return TimeSpan.Zero;
    }

    private int Repeat(MappingReader reader)
    {
        if (reader.Number("repeat") is not { } number) return 1;
        if (number is >= 1 and <= MaxRecords && decimal.Truncate(number) == number) return (int)number;
        bag.Error(ScenarioCodes.TooMany, reader.LocationOf("repeat"), $"'repeat' is a whole number from 1 to {MaxRecords}.");
        return 1;
    }
}
