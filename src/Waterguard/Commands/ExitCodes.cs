namespace Waterguard.Commands;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A check failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage, or input that cannot be read.</summary>
    public const int Usage = 2;

    public const int Interrupted = 130;

    /// <summary>Says what is wrong, and ends with <see cref="Usage"/>.</summary>
    public static int Refuse(string message)
    {
        Console.Error.WriteLine("waterguard: " + message);
        return Usage;
    }
}
