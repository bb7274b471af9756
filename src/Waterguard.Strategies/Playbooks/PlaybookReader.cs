using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Strategies.Playbooks;

/// <summary>Reads <c>playbook.yml</c>: what is wrong with a step is told, and the others are there.</summary>
public static class PlaybookReader
{
    private const int MostSteps = 200;
    private static readonly YamlLimits Limits = new(MaxCharacters: 500_000, MaxDepth: 16, MaxNodes: 20_000);

    /// <summary>The playbook, or null where the file is none.</summary>
    public static Playbook? Read(string file, string text, DiagnosticBag bag)
    {
        var yaml = YamlFile.Parse(file, text, Limits);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        if (yaml.Documents is not [{ Root: YamlMapping root }])
        {
            if (yaml.Diagnostics.IsEmpty) bag.Error(ContentCodes.NotAMapping, new(file, 1, 1), "A playbook is one mapping with the key 'steps'.");
            return null;
        }

        var reader = new MappingReader(root, bag);
        var steps = ImmutableArray.CreateBuilder<PlaybookStep>();
        if (reader.Node("steps") is not YamlSequence { Items.Length: > 0 } list)
        {
            bag.Error(ContentCodes.MissingKey, reader.LocationOf("steps"), "'steps' is missing, empty or no list.");
            return null;
        }

        if (list.Items.Length > MostSteps) bag.Error(ContentCodes.TooManyNodes, list.Location, $"A playbook has at most {MostSteps} steps; those beyond are left out.");
        foreach (var item in list.Items.Take(MostSteps))
        {
            if (item is not YamlMapping mapping) bag.Error(ContentCodes.WrongShape, item.Location, "A step is a mapping.");
            else if (Step(mapping, bag) is { } step) steps.Add(step);
        }

        reader.WarnAboutUnknownKeys();
        var playbook = new Playbook(file, steps.ToImmutable());
        CheckOrder(playbook, bag);
        return playbook;
    }

    private static PlaybookStep? Step(YamlMapping mapping, DiagnosticBag bag)
    {
        var reader = new MappingReader(mapping, bag);
        var (id, claim, action) = (reader.RequiredText("id"), reader.RequiredText("claim"), reader.RequiredText("action"));
        var risk = reader.Word("risk", "read", "low", "high") switch { "low" => StepRisk.Low, "high" => StepRisk.High, _ => StepRisk.Read };
        var approve = reader.Number("approve") ?? 0;
        var undo = reader.Duration("undo_after");
        var step = id is null || claim is null || action is null ? null
            : new PlaybookStep(id, claim, action, reader.Section("with")?.Mapping, reader.Texts("needs"), risk, approve is 1 or 2 ? (int)approve : 0, undo, mapping.Location);
        if (!reader.Has("risk")) reader.Missing("risk");
        if (approve is not (0 or 1 or 2)) bag.Error(ContentCodes.UnknownWord, reader.LocationOf("approve"), "'approve' is 0, 1 or 2.");
        if (step is not null) CheckRisk(step, reader, bag);
        reader.Node("with");
        reader.Node("needs");
        reader.WarnAboutUnknownKeys();
        return step;
    }

    private static void CheckRisk(PlaybookStep step, MappingReader reader, DiagnosticBag bag)
    {
        if (ActionNames.LeastRisk(step.Action) is not { } least)
        {
            bag.Error(StrategyCodes.ActionUnknown, reader.LocationOf("action"), $"There is no action '{step.Action}'. There are: {string.Join(", ", ActionNames.All.Select(a => a.Name))}.");
            return;
        }

        if (step.Risk < least) bag.Error(StrategyCodes.StepRisk, reader.LocationOf("risk"), $"'{step.Action}' has at least the risk {least.ToString().ToLowerInvariant()}.");
        if (step.Risk == StepRisk.High && step.Approve == 0) bag.Error(StrategyCodes.StepRisk, reader.LocationOf("approve"), "A step of high risk needs somebody's approval.");
        if (step.Risk == StepRisk.Read && step.UndoAfter is not null) bag.Error(StrategyCodes.StepRisk, reader.LocationOf("undo_after"), "A step that only reads has nothing to undo.");
    }

    private static void CheckOrder(Playbook playbook, DiagnosticBag bag)
    {
        var known = new Dictionary<string, PlaybookStep>(StringComparer.Ordinal);
        foreach (var step in playbook.Steps)
        {
            if (!known.TryAdd(step.Id, step)) bag.Error(StrategyCodes.StepOrder, step.Location, $"Another step has the id '{step.Id}'.");
        }

        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in playbook.Steps)
        {
            foreach (var need in step.Needs.Where(n => !known.ContainsKey(n))) bag.Error(StrategyCodes.StepOrder, step.Location, $"The step '{step.Id}' needs '{need}', which is no step.");
        }

        // Whatever cannot be done in any round waits for itself.
        while (playbook.Steps.FirstOrDefault(s => !done.Contains(s.Id) && s.Needs.All(n => done.Contains(n) || !known.ContainsKey(n))) is { } next) done.Add(next.Id);
        foreach (var step in playbook.Steps.Where(s => !done.Contains(s.Id))) bag.Error(StrategyCodes.StepOrder, step.Location, $"The step '{step.Id}' waits for steps that wait for it.");
    }
}
