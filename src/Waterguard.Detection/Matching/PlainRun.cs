using System.Buffers;

namespace Waterguard.Detection.Matching;

/// <summary>The parts of keywords that look in a JSON record as they look in a rule, and how rare their bytes are.</summary>
internal static class PlainRun
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.:=+,()*;@%#!|[]{}^~?$/");

    /// <summary>Whether JSON writers leave the character as it is (a slash may be escaped: the index looks for that).</summary>
    public static bool IsPlain(char c) => Plain.Contains(c);

    /// <summary>The longest run of plain characters.</summary>
    public static string Of(string keyword)
    {
        var (best, start) = ("", 0);
        for (var at = 0; at <= keyword.Length; at++)
        {
            if (at < keyword.Length && IsPlain(keyword[at])) continue;
            if (at - start > best.Length) best = keyword[start..at];
            start = at + 1;
        }

        return best;
    }

    /// <summary>Where the rarest bytes of a run start.</summary>
    /// <param name="window">How many bytes should follow the start, where the run has as many.</param>
    public static int RarestGram(byte[] run, int gram, int window)
    {
        var (best, offset) = (int.MaxValue, 0);
        for (var at = 0; at == 0 || at + window <= run.Length; at++)
        {
            var cost = 0;
            for (var i = 0; i < gram && at + i < run.Length; i++) cost += Commonness(run[at + i]);
            if (cost < best) (best, offset) = (cost, at);
        }

        return offset;
    }

    // How common a byte is in logs, roughly, in thousandths.
    private static int Commonness(byte b) => (char)(b | 0x20) switch
    {
        'e' => 80, 't' => 65, 'a' => 60, 's' => 60, 'o' => 55, 'i' => 55, 'n' => 55, 'r' => 50, 'c' => 35, 'd' => 35, 'l' => 35, 'm' => 30, 'p' => 30,
        'u' => 25, 'f' => 20, 'g' => 15, 'h' => 15, 'b' => 15, 'v' => 12, 'k' => 12, 'y' => 12, 'w' => 8, '-' => 25, '.' => 20, ':' => 40, '/' => 20,
        >= '0' and <= '9' => 20, 'x' => 3, 'j' => 3, 'z' => 3, 'q' => 2, ',' => 30, '{' or '}' or '[' or ']' => 25, _ => 5,
    };
}
