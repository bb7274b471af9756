using System.Text;
using Waterguard.Content;
using Waterguard.Strategies;
using Waterguard.Strategies.Documents;
using Waterguard.Strategies.Import;
using Xunit;

namespace Waterguard.Tests.Strategies;

/// <summary>Documents in the framework's shape, as others write them; what becomes of each is beside it (WATERGUARD_UPDATE=1).</summary>
public sealed class ImportTests
{
    [Theory]
    [InlineData("quay-shells")]
    [InlineData("tidy-cargo")]
    public void A_document_becomes_a_skeleton_and_its_faults_are_told(string name)
    {
        var folder = Repository.PathOf("tests", "Waterguard.Tests", "Strategies", "Samples");
        var imported = DocumentImport.Import(name, name + ".md", File.ReadAllText(Path.Combine(folder, name + ".md")), StrategyCatalog.Attack());
        var text = new StringBuilder();
        foreach (var finding in imported.Findings) text.Append(finding).Append('\n');
        foreach (var (claim, sentence) in imported.ToBind) text.Append("to bind: ").Append(claim).Append(": ").Append(sentence).Append('\n');
        foreach (var (path, content) in imported.Files) text.Append("=== ").Append(path).Append('\n').Append(content);
        var golden = Path.Combine(folder, name + ".imported.txt");
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(golden, text.ToString());

        Assert.Equal(File.ReadAllText(golden), text.ToString());
    }

    [Fact]
    public void An_imported_document_has_all_headings_and_lint_says_what_is_not_bound()
    {
        var imported = DocumentImport.Import("n", "n.md", "", StrategyCatalog.Attack());
        var bag = new DiagnosticBag();
        var document = DocumentReader.Read("strategy.md", imported.Files[0].Text, bag);

        Assert.Empty(bag.ToSorted());
        Assert.Equal(AdsSections.All, document.Headings.Select(h => h.Section!.Value));
        Assert.Equal(imported.ToBind.Select(b => b.Claim), document.Claims.Select(c => c.Id));
        Assert.Empty(imported.Findings);
    }

    [Theory]
    [InlineData("000_993c90a883fe11e9.txt", "is about containers, and T1538 does not exist there|speaks of what T1538|no platform 'Azure AD' any more")]
    [InlineData("001_8ba584e4aff901f0.txt", "not 'Post Repository Environment'|happens before anything of yours|speaks of what T1596.004|is read as 'Validation'")]
    public void What_the_originals_get_wrong_is_told(string file, string said)
    {
        var path = Repository.Beside("strategy-documents", file);
        var imported = DocumentImport.Import("x", file, File.ReadAllText(path), StrategyCatalog.Attack());

        foreach (var part in said.Split('|')) Assert.Contains(imported.Findings, f => f.Message.Contains(part, StringComparison.Ordinal));
        Assert.InRange(imported.ToBind.Length, 15, 25);
    }
}
