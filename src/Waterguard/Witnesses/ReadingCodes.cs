namespace Waterguard.Witnesses;

/// <summary>Codes of findings about readings of the census; described in <c>docs/errors.md</c>.</summary>
internal static class ReadingCodes
{
    /// <summary>A part that facts do not have.</summary>
    public const string Part = "WG2301";

    /// <summary>A reading, or a witness, is defined already.</summary>
    public const string Twice = "WG2302";
}
