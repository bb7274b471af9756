namespace Waterguard.Alerting.Suppression;

/// <summary>Codes of findings about suppressions; described in <c>docs/errors.md</c>.</summary>
public static class SuppressionCodes
{
    /// <summary>Two have one id.</summary>
    public const string Twice = "WG2401";

    /// <summary>Neither a condition nor a time: it would cover everything.</summary>
    public const string Everything = "WG2402";

    /// <summary>A calendar that cannot be read.</summary>
    public const string Calendar = "WG2403";

    /// <summary>A rule that is not there.</summary>
    public const string Rule = "WG2404";

    /// <summary>Only names that whoever starts a container chooses.</summary>
    public const string OnlyNames = "WG2405";
}
