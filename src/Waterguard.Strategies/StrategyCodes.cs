namespace Waterguard.Strategies;

/// <summary>The codes of findings about strategies: documents, claims, playbooks and what stands beside them. Stable: they are never given to another finding.</summary>
public static class StrategyCodes
{
    /// <summary>One of the framework's ten headings is missing.</summary>
    public const string HeadingMissing = "WG3001";

    /// <summary>The headings are in another order than the framework's.</summary>
    public const string HeadingOrder = "WG3002";

    /// <summary>Nothing stands under a heading.</summary>
    public const string HeadingEmpty = "WG3003";

    /// <summary>A heading that the framework does not have, or has once only.</summary>
    public const string HeadingUnknown = "WG3004";

    /// <summary>The document has no front matter, or it says something else than its folder.</summary>
    public const string FrontMatter = "WG3005";

    /// <summary>A sentence claims something, and nothing is bound to it.</summary>
    public const string Unbound = "WG3006";

    /// <summary>A claim names nothing that executes it, and no reason why nothing can.</summary>
    public const string EmptyClaim = "WG3007";

    /// <summary>A claim that stands after nothing, or a second one after the same sentence, or an id that is used twice.</summary>
    public const string ClaimPlace = "WG3008";

    /// <summary>A claim is bound to something that does not exist.</summary>
    public const string BindingUnknown = "WG3009";

    /// <summary>Not a technique of ATT&amp;CK.</summary>
    public const string TechniqueUnknown = "WG3010";

    /// <summary>ATT&amp;CK has revoked or deprecated the technique.</summary>
    public const string TechniqueRevoked = "WG3011";

    /// <summary>The technique does not belong to the tactic.</summary>
    public const string TacticMisfit = "WG3012";

    /// <summary>The technique does not exist on the platform.</summary>
    public const string PlatformMisfit = "WG3013";

    /// <summary>A technique is declared or assessed without a reason, or a detection uses one that the document does not assess.</summary>
    public const string TechniqueReason = "WG3014";

    /// <summary>A link that cannot be one.</summary>
    public const string BadLink = "WG3015";

    /// <summary>A detection serves no sentence of the goal.</summary>
    public const string GoalUnserved = "WG3016";

    /// <summary>A detection has no scenario, or no quiet twin.</summary>
    public const string NoScenario = "WG3017";

    /// <summary>A file beside the document names a rule, a claim or a step that does not exist.</summary>
    public const string ReferenceUnknown = "WG3018";

    /// <summary>A file beside the document lacks what its kind must have.</summary>
    public const string CompanionIncomplete = "WG3019";

    /// <summary>Not one of the actions that responders have.</summary>
    public const string ActionUnknown = "WG3020";

    /// <summary>Steps that wait for each other, or for one that does not exist.</summary>
    public const string StepOrder = "WG3021";

    /// <summary>A step's risk, approvals and undo do not go together.</summary>
    public const string StepRisk = "WG3022";

    /// <summary>A place for an entity that no alert has.</summary>
    public const string PlaceholderUnknown = "WG3023";

    /// <summary>Many sentences share one claim.</summary>
    public const string ClaimTooWide = "WG3024";

    /// <summary>The document is longer than documents may be.</summary>
    public const string DocumentTooLarge = "WG3025";

    /// <summary>A block of the document that does not end.</summary>
    public const string OpenBlock = "WG3026";

    /// <summary>The document maps itself to a technique that it says nothing about.</summary>
    public const string TechniqueForeign = "WG3027";

    /// <summary>The technique happens before anything of one's own is touched: nothing at run time can show it.</summary>
    public const string BeforeCompromise = "WG3028";

    /// <summary>An assumption whose numbers cannot be.</summary>
    public const string AssumptionUnsound = "WG3029";
}
