namespace Waterguard.Storage.Checks;

/// <summary>Something that does not fit.</summary>
/// <param name="Part"><c>journal</c>, <c>store</c> or <c>archive</c>.</param>
/// <param name="Place">Where: a batch, an alert, a file and line.</param>
/// <param name="What">What is wrong there.</param>
public readonly record struct CheckFinding(string Part, string Place, string What);

/// <summary>What a check has looked at, and found. All findings are counted, the first ones of them kept.</summary>
public sealed class CheckReport
{
    /// <summary>How many findings are kept.</summary>
    public const int Most = 200;

    private readonly List<CheckFinding> _findings = [];

    /// <summary>The first findings.</summary>
    public IReadOnlyList<CheckFinding> Findings => _findings;

    /// <summary>How many findings there are.</summary>
    public long Found { get; private set; }

    /// <summary>How many of what were looked at, in the order in which they were.</summary>
    public IList<KeyValuePair<string, long>> Looked { get; } = [];

    internal void Add(string part, string place, string what)
    {
        Found++;
        if (_findings.Count < Most) _findings.Add(new CheckFinding(part, place, what));
    }

    internal void Count(string what, long number) => Looked.Add(KeyValuePair.Create(what, number));
}
