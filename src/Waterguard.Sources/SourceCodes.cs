namespace Waterguard.Sources;

/// <summary>Codes of findings about source definitions; described in <c>docs/errors.md</c>.</summary>
public static class SourceCodes
{
    /// <summary>A name is not <c>product.service</c>, or is used twice.</summary>
    public const string Name = "WG2001";

    /// <summary>No form, or a form that cannot be told from others.</summary>
    public const string Form = "WG2002";

    /// <summary>A mapping that is neither a path, a list of paths, a constant nor a value table.</summary>
    public const string Map = "WG2003";

    /// <summary>A regular expression that cannot be used.</summary>
    public const string Pattern = "WG2004";

    /// <summary>The sample is not read by the definition that carries it.</summary>
    public const string Sample = "WG2005";
}
