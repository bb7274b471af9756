using Waterguard.Content;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma.Parsing;

/// <summary>Checks what documents say about each other: unique ids and names, rules that are there, no circles.</summary>
internal sealed class References(ParseContext context)
{
    /// <summary>A reference as ids are kept: UUIDs in lower case, names as written.</summary>
    public static string Normal(string reference) =>
        Guid.TryParseExact(reference, "D", out var uuid) ? uuid.ToString("D") : reference;

    /// <summary>Of documents with the same id or name, the first stays.</summary>
    public void RemoveDuplicates(List<SigmaRule> rules, List<Correlation> correlations)
    {
        var ids = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
        var names = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
        rules.RemoveAll(r => IsDuplicate(r.Header, ids, names));
        correlations.RemoveAll(c => IsDuplicate(c.Header, ids, names));
    }

    /// <summary>Removes correlations that refer to what is not there or to each other in a circle, until none is left.</summary>
    public void RemoveDangling(List<SigmaRule> rules, List<Correlation> correlations)
    {
        var rulesByName = Index(rules.Select(r => r.Header));
        int before;
        do
        {
            before = correlations.Count;
            var correlationsByName = Index(correlations.Select(c => c.Header));
            correlations.RemoveAll(c => c.Rules.Any(name => !Exists(name, c, rulesByName, correlationsByName)));
        }
        while (correlations.Count != before);
        RemoveCircles(correlations);
    }

    private bool IsDuplicate(RuleHeader header, Dictionary<string, SourceLocation> ids, Dictionary<string, SourceLocation> names)
    {
        if (!ids.TryAdd(header.Id, header.Location))
        {
            context.Bag.Error(SigmaCodes.DuplicateId, header.Location, $"The id {header.Id} is taken by {ids[header.Id]}.");
            return true;
        }
        if (header.Name is null || names.TryAdd(header.Name, header.Location))
            return false;
        context.Bag.Error(SigmaCodes.DuplicateName, header.Location, $"The name '{header.Name}' is taken by {names[header.Name]}.");
        return true;
    }

    private bool Exists(string name, Correlation referrer, Dictionary<string, RuleHeader> rules, Dictionary<string, RuleHeader> correlations)
    {
        if (rules.ContainsKey(name) || correlations.ContainsKey(name))
            return true;
        context.Bag.Error(SigmaCodes.UnknownRule, referrer.Header.Location, $"The correlation refers to '{name}', which is not there or has errors.");
        return false;
    }

    private void RemoveCircles(List<Correlation> correlations)
    {
        // A correlation whose rules are all settled is settled itself; what never settles hangs in a circle or on one.
        var open = Index(correlations.Select(c => c.Header));
        bool progress;
        do
        {
            var ready = correlations.FindAll(c => open.ContainsKey(c.Header.Id) && !c.Rules.Any(open.ContainsKey));
            foreach (var header in ready.Select(c => c.Header))
            {
                open.Remove(header.Id);
                if (header.Name is not null)
                    open.Remove(header.Name);
            }
            progress = ready.Count > 0;
        }
        while (progress);
        foreach (var circular in correlations.FindAll(c => open.ContainsKey(c.Header.Id)))
        {
            context.Bag.Error(SigmaCodes.ReferenceCycle, circular.Header.Location, "The correlation refers, over others, to itself or to such a circle.");
            correlations.Remove(circular);
        }
    }

    private static Dictionary<string, RuleHeader> Index(IEnumerable<RuleHeader> headers)
    {
        var index = new Dictionary<string, RuleHeader>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            index[header.Id] = header;
            if (header.Name is not null)
                index[header.Name] = header;
        }
        return index;
    }
}
