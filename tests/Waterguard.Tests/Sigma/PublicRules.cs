using System.Diagnostics;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Xunit;

namespace Waterguard.Tests.Sigma;

/// <summary>The public SigmaHQ rules, where a copy lies beside the repository (they are not ours to ship).</summary>
public sealed partial class PublicRules
{
    [Fact]
    public void Every_public_rule_compiles_without_an_error()
    {
        var files = Files();
        var documents = files.Sum(f => DocumentKind().Count(f.Text));

        var watch = Stopwatch.StartNew();
        var rules = RuleLoader.Load(files);
        watch.Stop();

        TestContext.Current.SendDiagnosticMessage($"{rules.Rules.Length} rules in {watch.ElapsedMilliseconds} ms");
        Assert.Empty(rules.Diagnostics.Where(d => d.Severity == Severity.Error));
        Assert.Equal(documents, rules.Rules.Length + rules.Correlations.Length + rules.Filters);
        Assert.Equal(files.Count, rules.Files);
    }

    [Fact]
    public void The_only_warnings_about_public_rules_are_of_known_kinds()
    {
        string[] known =
        [
            SigmaCodes.UnresolvedPlaceholder, SigmaCodes.AllOnSingle, SigmaCodes.WildcardOnly, SigmaCodes.OffsetWithoutContains, SigmaCodes.UnusedSelection,
        ];

        var others = RuleLoader.Load(Files()).Diagnostics.Where(d => !known.Contains(d.Code, StringComparer.Ordinal)).Select(d => d.ToString());

        Assert.Empty(others);
    }

    [Fact]
    public void Loading_twice_gives_the_same_hashes_and_they_tell_rules_apart()
    {
        var files = Files();

        var (first, second) = (RuleLoader.Load(files), RuleLoader.Load(files));

        Assert.Equal(first.Rules.Select(r => r.Header.SemanticHash), second.Rules.Select(r => r.Header.SemanticHash));
        var shared = first.Rules.GroupBy(r => r.Header.SemanticHash, StringComparer.Ordinal).Where(g => g.Count() > 1);
        Assert.All(shared, group => Assert.Single(group.Select(r => SigmaText.Of(r.Condition)).Distinct(StringComparer.Ordinal)));
    }

    private static List<RuleFile> Files()
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, "There is no shared/corpora/sigmahq/rules beside the repository.");
        return [.. Directory.EnumerateFiles(folder!, "*.yml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(p => new RuleFile(p, File.ReadAllText(p)))];
    }

    private static string? Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "corpora", "sigmahq", "rules");
            if (Directory.Exists(folder))
                return folder;
        }
        return null;
    }

    [GeneratedRegex("^(?:detection|correlation|filter):", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DocumentKind();
}
