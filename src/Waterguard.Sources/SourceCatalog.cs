using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Events.Shapes;
using Waterguard.Sources.Definitions;
using Waterguard.Sources.Recognition;

namespace Waterguard.Sources;

/// <summary>All known sources. Immutable.</summary>
public sealed class SourceCatalog
{
    private SourceCatalog(ImmutableArray<SourceDefinition> sources)
    {
        Sources = sources;
        Recogniser = new FormRecogniser(sources.SelectMany(s => s.Forms));
    }

    /// <summary>The sources by name, in alphabetical order.</summary>
    public ImmutableArray<SourceDefinition> Sources { get; }

    /// <summary>Tells the form of any record of these sources.</summary>
    public FormRecogniser Recogniser { get; }

    /// <summary>All forms of all sources.</summary>
    public IEnumerable<EventShape> Forms => Sources.SelectMany(s => s.Forms);

    /// <summary>A source by name.</summary>
    public SourceDefinition? Find(string name) => Sources.FirstOrDefault(s => s.Name == name);

    /// <summary>The same sources, with names that have one value in every record of all of them.</summary>
    public SourceCatalog With(ImmutableDictionary<string, string> labels) => labels.IsEmpty ? this : new(
        [.. Sources.Select(s => s with { Forms = [.. s.Forms.Select(f => f with { Map = f.Map.SetItems(labels.Select(l => KeyValuePair.Create(l.Key, new FieldMapping([], null, l.Value)))) })] })]);

    /// <summary>Loads definition files; what is wrong with them goes to the bag, and the others are used.</summary>
    public static SourceCatalog Load(IEnumerable<(string Name, string Text)> files, DiagnosticBag bag)
    {
        var sources = new SortedDictionary<string, SourceDefinition>(StringComparer.Ordinal);
        foreach (var (name, text) in files)
        {
            if (SourceLoader.Load(name, text, bag) is not { } source) continue;
            if (!sources.TryAdd(source.Name, source)) bag.Error(SourceCodes.Name, source.Location, $"A source named '{source.Name}' is defined already.");
        }

        return new SourceCatalog([.. sources.Values]);
    }
}
