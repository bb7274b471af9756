namespace Waterguard.Detection.Matching;

/// <summary>What can be said of a condition: fields that only later facts fill in leave it unknown. And is the least, or the greatest, not the mirror.</summary>
public enum Truth : byte
{
    /// <summary>It does not hold.</summary>
    False = 0,

    /// <summary>Facts that are not here yet decide.</summary>
    Unknown = 1,

    /// <summary>It holds.</summary>
    True = 2,
}
