using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Waterguard.Sigma.Modifiers;

/// <summary>Why a regular expression is refused.</summary>
/// <param name="Code">One code per kind of construct.</param>
public readonly record struct RegexProblem(string Code, string Reason);

/// <summary>Regular expressions that run in time linear in their input, whatever the expression: nothing that needs backtracking is accepted.
/// Thread-safe; an expression is built once and shared.</summary>
public static class LinearRegex
{
    /// <summary>Longest expression, in characters.</summary>
    public const int MaxLength = 8_192;

    private const int MaxCached = 10_000;

    private static readonly ConcurrentDictionary<(string Pattern, RegexOptions Options), (Regex? Regex, RegexProblem Problem)> Built = new();

    /// <summary>Builds the expression, or says why not. It searches: an expression without anchors may match anywhere in the value.</summary>
    public static bool TryCreate(string pattern, bool ignoreCase, bool multiLine, bool dotAll,
        [NotNullWhen(true)] out Regex? regex, out RegexProblem problem)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
            | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None)
            | (multiLine ? RegexOptions.Multiline : RegexOptions.None)
            | (dotAll ? RegexOptions.Singleline : RegexOptions.None);
        if (Built.Count > MaxCached)
            Built.Clear();
        (regex, problem) = Built.GetOrAdd((pattern, options), static key => Build(key.Pattern, key.Options));
        return regex is not null;
    }

    private static (Regex? Regex, RegexProblem Problem) Build(string pattern, RegexOptions options)
    {
        if (pattern.Length > MaxLength)
            return (null, new(SigmaCodes.RegexTooLarge, $"longer than {MaxLength} characters"));
        if (RegexConstructs.FindUnsupported(pattern) is { } unsupported)
            return (null, unsupported);
        try
        {
            return (new Regex(pattern, options, Regex.InfiniteMatchTimeout), default);
        }
        catch (RegexParseException e)
        {
            return (null, new(SigmaCodes.RegexSyntax, $"{e.Error} at character {e.Offset}"));
        }
        catch (NotSupportedException e)
        {
            return (null, new(SigmaCodes.RegexTooLarge, e.Message));
        }
    }
}
