namespace Waterguard.Detection;

/// <summary>Counts of everything that was capped while matching: a cap that is hit is shown, never silent. Thread-safe.</summary>
public sealed class RuntimeCounters
{
    private long _regexInputsCapped;

    /// <summary>Values that were longer than a regular expression is tried on.</summary>
    public long RegexInputsCapped => Interlocked.Read(ref _regexInputsCapped);

    /// <summary>One more value was cut before a regular expression was tried on it.</summary>
    public void RegexInputCapped() => Interlocked.Increment(ref _regexInputsCapped);
}
