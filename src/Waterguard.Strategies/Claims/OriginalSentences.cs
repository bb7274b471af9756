using System.Globalization;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Claims;

/// <summary>The sentences of a document by their addresses: <c>key/section/ordinal</c>, counted from one in each section.</summary>
public static class OriginalSentences
{
    /// <summary>All sentences that claim something.</summary>
    public static IEnumerable<(string Address, string Text)> Of(string key, StrategyDocument document)
    {
        foreach (var section in document.Headings.Where(h => h.Section is not null))
        {
            var count = 0;
            foreach (var sentence in section.Units.SelectMany(u => u.Sentences))
                yield return (string.Create(CultureInfo.InvariantCulture, $"{key}/{section.Section!.Value.Slug()}/{++count}"), sentence);
        }
    }
}
