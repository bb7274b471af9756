using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Waterguard.Strategies;
using Waterguard.Strategies.Rendering;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy render</c>: a strategy for people, filled with the entities of an alert where one is given.</summary>
internal static class StrategyRenderCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "A strategy" };
        var output = new Option<string>("--output", "-o") { Description = "markdown or html", HelpName = "FORMAT", DefaultValueFactory = _ => "markdown" };
        output.AcceptOnlyFromAmong("markdown", "html");
        var alert = new Option<string?>("--alert") { Description = "An alert as JSON, whose entities fill the technical context", HelpName = "FILE" };
        var content = ContentArguments.Create();
        var command = new Command("render", "Print a strategy for people") { name, output, alert, content.Content };
        command.SetAction(parsed =>
        {
            try
            {
                if (StrategyCommand.Find(StrategyCatalog.Load(content.Read(parsed)), parsed.GetRequiredValue(name)) is not { } strategy) return ExitCodes.Usage;
                var live = parsed.GetValue(alert) is { } file ? LiveState.Unknown with { Values = ValuesOf(File.ReadLines(file).FirstOrDefault(l => l.Length > 0) ?? "") } : LiveState.Unknown;
                Console.Out.Write(parsed.GetRequiredValue(output) == "html" ? HtmlRendering.Render(strategy, live) : MarkdownRendering.Render(strategy, live));
                return ExitCodes.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
            {
                return ExitCodes.Refuse(e.Message);
            }
        });
        return command;
    }

    /// <summary>The values that an alert has for the places of a document.</summary>
    internal static ImmutableDictionary<string, string> ValuesOf(string json)
    {
        using var alert = JsonDocument.Parse(json);
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, key) in new[] { ("alert.title", "title"), ("alert.time", "time"), ("alert.reason", "reason") })
        {
            if (alert.RootElement.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String) values[name] = value.GetString()!;
        }

        if (!alert.RootElement.TryGetProperty("entities", out var entities)) return values.ToImmutable();
        foreach (var kind in entities.EnumerateObject().Where(k => k.Value.ValueKind == JsonValueKind.Array && k.Value.GetArrayLength() > 0))
            values[kind.Name] = string.Join(", ", kind.Value.EnumerateArray().Select(v => v.ToString()));
        return values.ToImmutable();
    }
}
