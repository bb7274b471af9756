using Waterguard.Content;

namespace Waterguard.Sigma.Parsing;

/// <summary>What every parser needs: where findings go, what the placeholders stand for, and how much a file may still cost.</summary>
internal sealed record ParseContext(DiagnosticBag Bag, RuleLoadOptions Options)
{
    public PatternBudget Budget { get; } = new();
}

/// <summary>Bounds what the values of one file become: windash, placeholders and base64offset multiply them, so that a small file could
/// ask for a lot of memory.</summary>
internal sealed class PatternBudget
{
    private const int PatternsPerFile = 500_000;
    private const int CharactersPerFile = 32_000_000;

    private int _patterns;
    private int _characters;

    /// <summary>False once the file has used up its share.</summary>
    public bool TryTake(int characters)
    {
        _patterns++;
        _characters = Math.Min(_characters + characters, CharactersPerFile + 1);
        return _patterns <= PatternsPerFile && _characters <= CharactersPerFile;
    }

    public void StartFile() => (_patterns, _characters) = (0, 0);
}
