using Waterguard.Content;
using Waterguard.Strategies.Claims;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>Every sentence that claims something is bound to what executes it, or says why nothing can; and every binding exists.</summary>
internal static class ClaimChecks
{
    // Two sentences may say one thing; more are more than one claim.
    private const int MostSentences = 2;

    /// <summary>The checks of lint that a claim about the document itself may be bound to.</summary>
    public static readonly string[] LintChecks = ["categorization", "goal", "headings", "links", "placeholders", "priority", "scenarios"];

    public static void Check(Strategy strategy, StrategySurroundings surroundings, DetectionNames names, DiagnosticBag bag)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in strategy.Document.Claims)
        {
            if (!ids.Add(claim.Id)) bag.Error(StrategyCodes.ClaimPlace, claim.Location, $"Another claim has the id '{claim.Id}'.");
            if (claim.Id.Length > 80 || claim.Id.Any(c => c is not (>= 'a' and <= 'z') and not (>= '0' and <= '9') and not '-'))
                bag.Error(StrategyCodes.ClaimPlace, claim.Location, $"The id '{claim.Id}' is not made of small letters, digits and dashes.");
            if (claim.Bindings.IsEmpty && string.IsNullOrWhiteSpace(claim.Manual) && !BoundFromOutside(strategy, claim))
                bag.Error(StrategyCodes.EmptyClaim, claim.Location, $"The claim '{claim.Id}' names nothing that executes it, and no reason ('manual') why nothing can.");
            foreach (var binding in claim.Bindings.Where(b => !Exists(b, strategy, surroundings, names)))
                bag.Error(StrategyCodes.BindingUnknown, binding.Location, $"The claim '{claim.Id}' is bound to {Word(binding.Kind)} '{binding.Name}', which does not exist.");
        }

        foreach (var unit in AdsSections.Claiming.Select(strategy.Document.Section).OfType<DocumentSection>().SelectMany(s => s.Units).Where(u => !u.Sentences.IsEmpty))
        {
            if (unit.Claim is null) bag.Error(StrategyCodes.Unbound, unit.Location, $"Nothing is bound to \"{Start(unit.Text)}\": put a claim after it.");
            else if (unit.Sentences.Length > MostSentences) bag.Warning(StrategyCodes.ClaimTooWide, unit.Location, $"{unit.Sentences.Length} sentences share the claim '{unit.Claim.Id}'.");
        }
    }

    /// <summary>Whether a file beside the document says that it executes the claim.</summary>
    public static bool BoundFromOutside(Strategy strategy, Claim claim) =>
        strategy.Assumptions.Concat(strategy.Suppressions).Concat(strategy.Scenarios).Any(c => c.Claim == claim.Id || c.Claim == claim.Text) || strategy.Playbook?.Steps.Any(s => s.Claim == claim.Id) == true;

    private static bool Exists(Binding binding, Strategy strategy, StrategySurroundings surroundings, DetectionNames names) => binding.Kind switch
    {
        BindingKind.Detections => names.Find(binding.Name).Any(),
        BindingKind.Sources => surroundings.Sources.Contains(binding.Name),
        BindingKind.Assumptions => strategy.Assumptions.Any(a => a.Id == binding.Name),
        BindingKind.Suppressions => strategy.Suppressions.Any(s => s.Id == binding.Name),
        BindingKind.Scenarios => strategy.Scenarios.Any(s => s.Id == binding.Name),
        BindingKind.Steps => strategy.Playbook?.Steps.Any(s => s.Id == binding.Name) == true,
        _ => LintChecks.Contains(binding.Name, StringComparer.Ordinal),
    };

    private static string Word(BindingKind kind) => "the " + kind.ToString().ToLowerInvariant().TrimEnd('s');

    private static string Start(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
