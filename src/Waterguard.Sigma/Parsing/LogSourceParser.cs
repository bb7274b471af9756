using Waterguard.Content.Yaml;
using Waterguard.Events;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads the <c>logsource</c> of a rule or filter.</summary>
internal static class LogSourceParser
{
    public static LogSource Parse(MappingReader document, ParseContext context)
    {
        if (!document.Has("logsource"))
        {
            document.Missing("logsource");
            return default;
        }
        if (document.Section("logsource") is not { } section)
            return default;
        var source = new LogSource(section.Text("category"), section.Text("product"), section.Text("service"));
        if (source == default)
            context.Bag.Error(SigmaCodes.EmptyLogSource, section.Mapping.Location, "A log source names a category, a product or a service.");
        return source;
    }
}
