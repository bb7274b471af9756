using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Strategies.State;

/// <summary>Reads assumption files: a mapping each, or a list of them. Never throws for what a file says: findings go to the bag.</summary>
public static class AssumptionLoader
{
    private static readonly (string Word, AssumptionCheck Check)[] s_checks =
    [
        ("delivery", AssumptionCheck.Delivery), ("population", AssumptionCheck.Population), ("level", AssumptionCheck.Level), ("vocabulary", AssumptionCheck.Vocabulary),
        ("baseline", AssumptionCheck.Baseline), ("canary", AssumptionCheck.Canary), ("watched_paths", AssumptionCheck.WatchedPaths),
    ];

    /// <summary>All assumptions of some files, in their order.</summary>
    public static ImmutableArray<Assumption> Load(IEnumerable<(string Path, string Text)> files, DiagnosticBag bag)
    {
        var all = ImmutableArray.CreateBuilder<Assumption>();
        foreach (var (path, text) in files)
        {
            var file = YamlFile.Parse(path, text);
            foreach (var diagnostic in file.Diagnostics) bag.Add(diagnostic);
            foreach (var root in file.Documents.Select(d => d.Root))
            {
                foreach (var item in root is YamlSequence list ? list.Items : [root])
                {
                    if (item is not YamlMapping mapping) bag.Error(ContentCodes.NotAMapping, item.Location, "An assumption is a mapping.");
                    else if (Read(new MappingReader(mapping, bag), bag) is { } one) all.Add(one);
                }
            }
        }

        return all.ToImmutable();
    }

    private static Assumption? Read(MappingReader reader, DiagnosticBag bag)
    {
        var errors = bag.ErrorCount;
        var (id, claim) = (reader.RequiredText("id"), reader.RequiredText("claim"));
        if (!reader.Has("check")) reader.Missing("check");
        var word = reader.Word("check", [.. s_checks.Select(c => c.Word)]);
        var check = Array.Find(s_checks, c => c.Word == word).Check;
        var (source, field, min, within) = (reader.Text("source"), reader.Text("field"), reader.Number("min"), reader.Duration("within"));
        if (source is null && check is not (AssumptionCheck.Baseline or AssumptionCheck.Canary or AssumptionCheck.WatchedPaths)) reader.Missing("source");
        if (field is null && check is AssumptionCheck.Population or AssumptionCheck.Level or AssumptionCheck.Vocabulary && field is null) reader.Missing("field");
        if (within is null && check is AssumptionCheck.Delivery) reader.Missing("within");
        if (min is < 0 or > 1) bag.Error(StrategyCodes.AssumptionUnsound, reader.LocationOf("min"), "'min' is a share from 0 to 1.");
        var fail = reader.Word("on_fail", "degraded", "blind") == "blind" ? Armament.Blind : Armament.Degraded;
        var affects = reader.Texts("affects");
        reader.WarnAboutUnknownKeys();
        return bag.ErrorCount == errors ? new Assumption(id!, claim!, check, source, field, (double)(min ?? 0.95m), within, fail, affects, reader.Mapping.Location) : null;
    }
}
