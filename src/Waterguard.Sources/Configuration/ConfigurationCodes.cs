namespace Waterguard.Sources.Configuration;

/// <summary>Codes of findings about <c>waterguard.yaml</c>; described in <c>docs/errors.md</c>.</summary>
public static class ConfigurationCodes
{
    /// <summary>A key that does not exist.</summary>
    public const string UnknownKey = "WG2101";

    /// <summary>A secret that is written out instead of referred to.</summary>
    public const string LiteralSecret = "WG2102";

    /// <summary>A transport that does not exist.</summary>
    public const string UnknownTransport = "WG2103";

    /// <summary>Two inputs of one name.</summary>
    public const string DuplicateName = "WG2104";

    /// <summary>A source that does not exist.</summary>
    public const string UnknownSource = "WG2105";

    /// <summary>A number, size or duration that cannot be, or is out of its bounds.</summary>
    public const string OutOfBounds = "WG2106";

    /// <summary>Values that do not go together, or a value that its transport cannot use.</summary>
    public const string Unusable = "WG2107";
}
