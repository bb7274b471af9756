using Waterguard.Content;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads Sigma files into checked rules. It never throws for what a file holds and never stops at the first error:
/// every finding is a diagnostic, and one bad document stops no other.</summary>
public static class RuleLoader
{
    /// <summary>Reads the files: documents, then headers and conditions, then filters, then what refers to each other.</summary>
    public static RuleCollection Load(IEnumerable<RuleFile> files, RuleLoadOptions? options = null)
    {
        var context = new ParseContext(new DiagnosticBag(), options ?? RuleLoadOptions.Default);
        var (rules, correlations, filters) = (new RuleParser(context), new CorrelationParser(context), new FilterParser(context));
        var foundRules = new List<SigmaRule>();
        var foundCorrelations = new List<Correlation>();
        var foundFilters = new List<SigmaFilter>();
        var fileCount = 0;
        foreach (var file in files)
        {
            fileCount++;
            context.Budget.StartFile();
            foreach (var document in DocumentReader.Read(file, context))
            {
                if (document.Root["correlation"] is not null)
                    Keep(foundCorrelations, correlations.Parse(document));
                else if (document.Root["filter"] is not null)
                    Keep(foundFilters, filters.Parse(document));
                else if (document.Root["detection"] is not null)
                    Keep(foundRules, rules.Parse(document));
                else
                    context.Bag.Error(SigmaCodes.UnknownDocument, document.Root.Location, "A Sigma document has a detection, a correlation or a filter.");
            }
        }

        var references = new References(context);
        references.RemoveDuplicates(foundRules, foundCorrelations);
        references.RemoveDangling(foundRules, foundCorrelations);
        foundRules = filters.Apply(foundFilters, foundRules);
        return new(
            [.. foundRules.Select(r => r with { Header = r.Header with { SemanticHash = Fingerprint.Of($"{r.LogSource} {SigmaText.Of(r.Condition)}") } })],
            [.. foundCorrelations.Select(c => c with { Header = c.Header with { SemanticHash = Fingerprint.Of(CorrelationText.Of(c)) } })],
            fileCount, foundFilters.Count, context.Bag.ToSorted());
    }

    private static void Keep<T>(List<T> items, T? item)
        where T : class
    {
        if (item is not null)
            items.Add(item);
    }
}
