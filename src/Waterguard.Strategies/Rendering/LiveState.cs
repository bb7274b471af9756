using System.Collections.Immutable;

namespace Waterguard.Strategies.Rendering;

/// <summary>What is known of a strategy at a moment, for whoever reads it then. The document itself does not change.</summary>
/// <param name="State"><c>ARMED</c>, <c>DEGRADED</c> or <c>BLIND</c>; null where nobody has looked.</param>
/// <param name="Reasons">Why it is not armed.</param>
/// <param name="Values">What goes into the places for entities.</param>
public sealed record LiveState(string? State, ImmutableArray<string> Reasons, ImmutableDictionary<string, string> Values)
{
    /// <summary>Nothing is known.</summary>
    public static LiveState Unknown { get; } = new(null, [], ImmutableDictionary<string, string>.Empty);

    /// <summary>The text with its places filled as far as there are values; the others stay.</summary>
    internal string Fill(string text)
    {
        foreach (var (name, value) in Values) text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        return text;
    }
}
