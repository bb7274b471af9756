using Waterguard.Sources;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;

namespace Waterguard.Commands;

/// <summary>How an input's unknown source is told.</summary>
internal static class SourceText
{
    public static string Unknown(InputDefinition input, SourceCatalog catalog) =>
        $"{input.Settings.LocationOf("source")}: error {ConfigurationCodes.UnknownSource}: there is no source '{input.Source}'.{NearWord.Suggestion(input.Source!, catalog.Sources.Select(s => s.Name))} 'waterguard sources list' names them.";
}
