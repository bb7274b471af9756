namespace Waterguard.Emulation;

/// <summary>Codes of findings about scenarios; described in <c>docs/errors.md</c>.</summary>
public static class ScenarioCodes
{
    /// <summary>A scenario's id that cannot be used, or is used twice.</summary>
    public const string Id = "WG4001";

    /// <summary>A step that is neither a record, a text nor a command, or has what its kind cannot have.</summary>
    public const string Step = "WG4002";

    /// <summary>A placeholder that nobody knows.</summary>
    public const string Placeholder = "WG4003";

    /// <summary>An offset that is no duration, or is too far away.</summary>
    public const string Offset = "WG4004";

    /// <summary>A change whose path leads nowhere, or that changes nothing.</summary>
    public const string Change = "WG4005";

    /// <summary>More records than a scenario may make.</summary>
    public const string TooMany = "WG4006";

    /// <summary>A detection or source that is not there.</summary>
    public const string Unknown = "WG4007";

    /// <summary>A variant that is not caught, and no reason.</summary>
    public const string NoReason = "WG4008";
}
