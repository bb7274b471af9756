using System.CommandLine;
using System.Text.Json;
using Waterguard.Pipeline;
using Waterguard.Sources.Transports;

namespace Waterguard.Commands;

/// <summary><c>waterguard sources check</c>: tries each configured input, and says what is missing.</summary>
internal static class SourcesCheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Build()
    {
        var config = ConfigurationArguments.Option();
        var output = RulesCommand.OutputOption();
        var command = new Command("check", "Try each configured input, and say what is missing") { config, output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(config), parsed.GetValue(output) == "json", cancel));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool json, CancellationToken cancel)
    {
        if (ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (configuration, transports)) return ExitCodes.Usage;
        var sources = GenerationLoader.Load(configuration.Content).Sources;
        var results = new List<(InputDefinition Input, IReadOnlyList<InputFinding> Findings)>();
        foreach (var (input, transport) in configuration.Inputs.Zip(transports))
        {
            if (input.Source is { } source && sources.Find(source) is null) results.Add((input, [InputFinding.Lacks(SourceText.Unknown(input, sources))]));
            else results.Add((input, await TryAsync(transport, new InputProbe(sources, input.Source), cancel)));
        }

        if (json) WriteJson(results);
        else Print(results);
        return results.Exists(r => r.Findings.Any(f => f.Missing)) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static async Task<IReadOnlyList<InputFinding>> TryAsync(ITransport transport, InputProbe probe, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            return await transport.CheckAsync(probe, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return [InputFinding.Lacks($"gave no answer within {Patience.TotalSeconds:F0} seconds")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or System.Net.Sockets.SocketException)
        {
            return [InputFinding.Lacks(e.Message)];
        }
    }

    private static void Print(List<(InputDefinition Input, IReadOnlyList<InputFinding> Findings)> results)
    {
        foreach (var (input, findings) in results)
        {
            Console.Out.WriteLine($"{input.Name} ({input.Kind.Name}{(input.Source is { } source ? ", " + source : "")}): {(findings.Any(f => f.Missing) ? "something is missing" : "ready")}");
            foreach (var finding in findings) Console.Out.WriteLine($"  {(finding.Missing ? "MISSING" : "ok     ")}  {finding.Text}");
        }
    }

    private static void WriteJson(List<(InputDefinition Input, IReadOnlyList<InputFinding> Findings)> results)
    {
        using var stdout = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartArray("inputs");
        foreach (var (input, findings) in results)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            writer.WriteString("transport", input.Kind.Name);
            writer.WriteString("source", input.Source);
            writer.WriteBoolean("ready", !findings.Any(f => f.Missing));
            writer.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteBoolean("missing", finding.Missing);
                writer.WriteString("text", finding.Text);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
