using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Waterguard.Strategies;
using Waterguard.Strategies.Rendering;
using Waterguard.Strategies.State;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy render</c>: a strategy for people, filled with the entities of an alert where one is given.</summary>
internal static class StrategyRenderCommand
{
    private const int MostReasons = 20;

    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "A strategy" };
        var output = new Option<string>("--output", "-o") { Description = "markdown or html", HelpName = "FORMAT", DefaultValueFactory = _ => "markdown" };
        output.AcceptOnlyFromAmong("markdown", "html");
        var alert = new Option<string?>("--alert") { Description = "An alert as JSON, whose entities fill the technical context", HelpName = "FILE" };
        var command = new Command("render", "Print a strategy for people, with its state where telemetry is named") { name, output, alert };
        var state = new StateArguments(command);
        command.SetAction((parsed, cancel) =>
        {
            var (wanted, html, request) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(output) == "html", state.Read(parsed));
            try
            {
                var live = parsed.GetValue(alert) is { } file ? LiveState.Unknown with { Values = ValuesOf(File.ReadLines(file).FirstOrDefault(l => l.Length > 0) ?? "") } : LiveState.Unknown;
                return Task.FromResult(request.IsAsked
                    ? StateArguments.With(request, found => Render(found.Catalog, wanted, html, Stated(live, found.States.FirstOrDefault(s => s.Strategy == wanted))), cancel)
                    : Render(StrategyCatalog.Load(request.Content), wanted, html, live));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
            {
                return Task.FromResult(ExitCodes.Refuse(e.Message));
            }
        });
        return command;
    }

    /// <summary>With a strategy's state in it, and why it is what it is: of the reasons those that hold for most detections.</summary>
    internal static LiveState Stated(LiveState live, StrategyState? state) => state is null ? live : live with
    {
        State = StrategyStateJson.Name(state.State),
        Reasons =
        [
            $"{state.Count(Armament.Armed)} detections armed, {state.Count(Armament.Degraded)} degraded, {state.Count(Armament.Blind)} blind",
            .. state.Detections.SelectMany(d => d.Reasons).GroupBy(r => (r.State, r.Text)).OrderByDescending(g => g.Key.State).ThenByDescending(g => g.Count()).ThenBy(g => g.Key.Text, StringComparer.Ordinal)
                .Take(MostReasons).Select(g => $"{StrategyStateJson.Name(g.Key.State)}: {g.Count()} detections: {g.Key.Text}"),
        ],
    };

    private static int Render(StrategyCatalog catalog, string name, bool html, LiveState live)
    {
        if (StrategyCommand.Find(catalog, name) is not { } strategy) return ExitCodes.Usage;
        Console.Out.Write(html ? HtmlRendering.Render(strategy, live) : MarkdownRendering.Render(strategy, live));
        return ExitCodes.Done;
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
