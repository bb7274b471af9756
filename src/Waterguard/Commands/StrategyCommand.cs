using System.CommandLine;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Strategies;
using Waterguard.Strategies.Rendering;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy</c>: the documents that say what is found and why, and whether they are true.</summary>
internal static class StrategyCommand
{
    public static Command Build() => new("strategy", "Alerting and detection strategies: documents that are executed")
    {
        StrategyImportCommand.Build(), StrategyLintCommand.Build(), List(), StrategyNewCommand.Build(), StrategyRenderCommand.Build(), Show(), StrategyStatusCommand.Build(),
    };

    /// <summary>The strategies by name, or a refusal.</summary>
    public static Strategy? Find(StrategyCatalog catalog, string name)
    {
        var found = catalog.Find(name) is { } folder ? Strategy.Read(folder, new DiagnosticBag()) : null;
        if (found is null) Console.Error.WriteLine($"waterguard: there is no strategy '{name}'. There are: {string.Join(", ", catalog.Folders.Select(f => f.Name))}");
        return found;
    }

    private static Command List()
    {
        var (content, output) = (ContentArguments.Create(), RulesCommand.OutputOption());
        var command = new Command("list", "Print the strategies") { output, content.Content };
        command.SetAction(parsed =>
        {
            var catalog = StrategyCatalog.Load(content.Read(parsed));
            var strategies = catalog.Folders.Select(f => Strategy.Read(f, new DiagnosticBag())).OfType<Strategy>().ToArray();
            if (parsed.GetValue(output) == "json") StrategyJson.Write(strategies, catalog, withClaims: false);
            else Print(strategies, catalog);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var name = new Argument<string>("NAME") { Description = "A strategy" };
        var (content, output) = (ContentArguments.Create(), RulesCommand.OutputOption());
        var command = new Command("show", "Print a strategy's claims, and what executes each of them") { name, output, content.Content };
        command.SetAction(parsed =>
        {
            var catalog = StrategyCatalog.Load(content.Read(parsed));
            if (Find(catalog, parsed.GetRequiredValue(name)) is not { } strategy) return ExitCodes.Usage;
            if (parsed.GetValue(output) == "json") StrategyJson.Write([strategy], catalog, withClaims: true);
            else Print(strategy);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Strategy> strategies, StrategyCatalog catalog)
    {
        foreach (var strategy in strategies)
        {
            Console.Out.WriteLine($"{strategy.Name,-28} {strategy.Document.Title}");
            Console.Out.WriteLine($"{"",-28}   priority {strategy.Document.Front.Priority}; {StrategyJson.DetectionsOf(strategy, catalog)} detections; {strategy.Document.Claims.Count()} claims; {strategy.Scenarios.Length} scenarios");
        }
    }

    private static void Print(Strategy strategy)
    {
        Console.Out.WriteLine(strategy.Document.Title);
        foreach (var section in strategy.Document.Headings.Where(h => h.Units.Any(u => u.Claim is not null)))
        {
            Console.Out.WriteLine($"\n{section.Title}");
            foreach (var claim in section.Units.Select(u => u.Claim).OfType<Strategies.Claims.Claim>()) Console.Out.WriteLine($"  {claim.Text}\n      {claim.Id}: {ClaimText.Line(strategy, claim)}");
        }
    }
}

/// <summary>Strategies as JSON.</summary>
internal static class StrategyJson
{
    public static int DetectionsOf(Strategy strategy, StrategyCatalog catalog) => catalog.Generation.Strategies.Values.Count(s => s == strategy.Name);

    public static void Write(IReadOnlyList<Strategy> strategies, StrategyCatalog catalog, bool withClaims)
    {
        using var stream = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true });
        writer.WriteStartArray();
        foreach (var strategy in strategies) Write(strategy, catalog, withClaims, writer);
        writer.WriteEndArray();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Write(Strategy strategy, StrategyCatalog catalog, bool withClaims, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", strategy.Name);
        writer.WriteString("title", strategy.Document.Title);
        writer.WriteString("status", strategy.Document.Front.Status);
        writer.WriteString("priority", strategy.Document.Front.Priority);
        writer.WriteNumber("detections", DetectionsOf(strategy, catalog));
        writer.WriteNumber("claims", strategy.Document.Claims.Count());
        writer.WriteNumber("scenarios", strategy.Scenarios.Length);
        if (withClaims)
        {
            writer.WriteStartArray("bound");
            foreach (var claim in strategy.Document.Claims)
            {
                writer.WriteStartObject();
                writer.WriteString("claim", claim.Id);
                writer.WriteString("text", claim.Text);
                writer.WriteString("manual", claim.Manual);
                foreach (var (kind, names) in ClaimText.Executors(strategy, claim))
                {
                    writer.WriteStartArray(kind);
                    foreach (var name in names) writer.WriteStringValue(name);
                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
