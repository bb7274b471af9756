namespace Waterguard.Content;

/// <summary>The codes of findings about any content file. Stable: they are never given to another finding.</summary>
public static class ContentCodes
{
    /// <summary>The text is not YAML.</summary>
    public const string Syntax = "WG1001";

    /// <summary>The file is too large.</summary>
    public const string FileTooLarge = "WG1002";

    /// <summary>The nesting is too deep.</summary>
    public const string TooDeep = "WG1003";

    /// <summary>The document has too many nodes, counted after aliases are followed.</summary>
    public const string TooManyNodes = "WG1004";

    /// <summary>A mapping has the same key twice.</summary>
    public const string DuplicateKey = "WG1005";

    /// <summary>An alias has no anchor before it.</summary>
    public const string UnknownAlias = "WG1006";

    /// <summary>The bytes are not UTF-8.</summary>
    public const string NotUtf8 = "WG1007";

    /// <summary>A key is not a plain text.</summary>
    public const string KeyNotText = "WG1008";

    /// <summary>The document is not a mapping.</summary>
    public const string NotAMapping = "WG1009";

    /// <summary>The value has another shape than the key wants.</summary>
    public const string WrongShape = "WG1010";

    /// <summary>A key that must be there is missing or empty.</summary>
    public const string MissingKey = "WG1011";

    /// <summary>A key that nothing reads.</summary>
    public const string UnknownKey = "WG1012";

    /// <summary>Not a duration such as <c>30s</c>.</summary>
    public const string BadDuration = "WG1013";

    /// <summary>Not one of the words that are known here.</summary>
    public const string UnknownWord = "WG1014";
}
