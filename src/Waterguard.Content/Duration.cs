using System.Globalization;

namespace Waterguard.Content;

/// <summary>Durations as content writes them: a whole number and one letter.</summary>
public static class Duration
{
    private const int LongestDays = 3_660;

    /// <summary>Reads <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>, <c>1w</c>, <c>1M</c> (a twelfth of a mean year) or <c>1y</c> (a mean year).
    /// False for anything else, for zero and for more than ten years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        long seconds = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            'M' => 2_629_746,
            'y' => 31_556_952,
            _ => 0,
        };
        if (seconds == 0 || count == 0 || count > LongestDays * 86_400L / seconds)
            return false;
        duration = TimeSpan.FromSeconds(count * seconds);
        return true;
    }
}
