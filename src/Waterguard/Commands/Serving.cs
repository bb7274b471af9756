using Waterguard.Configuration;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;

namespace Waterguard.Commands;

/// <summary>Runs the service in the foreground, until it is asked to stop.</summary>
internal static class Serving
{
    /// <param name="alerts">Gets what is told; null: alerts go to standard output as JSON.</param>
    /// <param name="started">Gets the address of the HTTP interface once it listens, if there is one.</param>
    public static async Task<int> RunAsync(ServiceConfiguration configuration, IReadOnlyList<ITransport> transports, ServiceLog log, CancellationToken cancel, Action<StoredAlert>? alerts = null, Action<string?>? started = null)
    {
        try
        {
            // What people make by the API is content too, the last word of it.
            var own = Directory.CreateDirectory(Api.Live.OwnSuppressions.FolderOf(configuration.Data)).FullName;
            configuration = configuration with { Content = configuration.Content with { Content = configuration.Content.Content.Add(own) } };
            var generation = GenerationLoader.Load(configuration.Content with { Lowest = configuration.MinLevel, Examples = false });
            Findings.Print(generation.Diagnostics, onlyErrors: true);
            foreach (var input in configuration.Inputs)
            {
                if (input.Source is { } source && generation.Sources.Find(source) is null) return ExitCodes.Refuse(SourceText.Unknown(input, generation.Sources));
            }

            await new RunningService(configuration, generation, TimeProvider.System, log) { Alerts = alerts, Started = started ?? (_ => { }) }.RunAsync(transports, cancel);
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
        catch (ServiceFailedException e)
        {
            Console.Error.WriteLine("waterguard: " + e.Message);
            return ExitCodes.Failed;
        }
    }
}
