namespace Waterguard.Pipeline;

/// <summary>Codes of findings about lists; described in <c>docs/errors.md</c>.</summary>
internal static class ListCodes
{
    /// <summary>A list that cannot be read.</summary>
    public const string Unreadable = "WG2201";

    /// <summary>Parts of a list that are no entries.</summary>
    public const string LeftOut = "WG2202";
}
