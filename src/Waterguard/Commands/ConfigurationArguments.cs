using System.CommandLine;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Sources.Transports;

namespace Waterguard.Commands;

/// <summary>How a command is told its configuration, and what comes of it.</summary>
internal static class ConfigurationArguments
{
    public static Option<string> Option() => new("--config") { Description = $"The configuration; {ConfigurationKeys.DefaultFile} by default", HelpName = "FILE", DefaultValueFactory = _ => ConfigurationKeys.DefaultFile };

    /// <summary>Reads and checks everything, and says everything that is wrong on standard error; null when something is.</summary>
    public static (ServiceConfiguration Configuration, IReadOnlyList<ITransport> Transports)? Load(string file, TransportSurroundings surroundings)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"waterguard: the configuration cannot be read: {e.Message}");
            return null;
        }

        return Load(file, text, surroundings);
    }

    /// <summary>The same for a text.</summary>
    public static (ServiceConfiguration Configuration, IReadOnlyList<ITransport> Transports)? Load(string file, ReadOnlySpan<byte> text, TransportSurroundings surroundings)
    {
        var bag = new DiagnosticBag();
        var configuration = ServiceConfiguration.Load(file, text, bag);
        var transports = (configuration?.Inputs ?? []).Select(i => i.Kind.Create(i, surroundings, bag)).OfType<ITransport>().ToArray();
        foreach (var diagnostic in bag.ToSorted()) Console.Error.WriteLine(diagnostic);
        return configuration is null || bag.ErrorCount > 0 ? null : (configuration, transports);
    }
}
