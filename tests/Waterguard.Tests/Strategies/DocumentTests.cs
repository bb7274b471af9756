using Waterguard.Content;
using Waterguard.Strategies;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Claims;
using Waterguard.Strategies.Documents;
using Xunit;

namespace Waterguard.Tests.Strategies;

public sealed class DocumentTests
{
    [Fact]
    public void Claims_belong_to_the_sentence_before_them_and_know_their_place()
    {
        var document = Read("## Strategy Abstract\n\nSources:\n\n- First.\n- Second\n  goes on.\n<!-- claim: two\ndetections: [a, b] -->\n\nLast.\n<!-- {claim: three, manual: no} -->\n");
        var units = document.Section(AdsSection.StrategyAbstract)!.Units;

        Assert.Equal(["Sources:", "First.", "Second goes on.", "Last."], units.Select(u => u.Text));
        Assert.Equal([null, null, "two", "three"], units.Select(u => u.Claim?.Id));
        Assert.Equal(["a", "b"], units[2].Claim!.Names(BindingKind.Detections));
        Assert.Equal(9, units[2].Claim!.Bindings[0].Location.Line);
        Assert.Empty(units[0].Sentences);
    }

    [Fact]
    public void Code_claims_nothing_and_hides_headings_and_comments()
    {
        var document = Read("## Goal\n\n```\n## Response\n<!-- claim: a -->\n```\n\nText. More text.\n");

        Assert.Equal([AdsSection.Goal], document.Headings.Select(h => h.Section!.Value));
        Assert.Equal(["Text.", "More text."], document.Headings[0].Units.SelectMany(u => u.Sentences));
    }

    [Fact]
    public void Headings_are_told_at_any_level_underlined_and_in_other_words() =>
        Assert.Equal(
            [AdsSection.Goal, AdsSection.Validation, AdsSection.Priority, AdsSection.AdditionalResources],
            Read("# Goal\na\n\nValidation (Adversary Emulation)\n===\nb\n# **Alert Priority:**\nc\n# Further Reading\nd\n").Headings.Select(h => h.Section!.Value));

    [Fact]
    public void A_document_that_is_too_long_is_refused_and_told()
    {
        var bag = new DiagnosticBag();
        DocumentReader.Read("d.md", new string('a', MarkdownReader.MaxCharacters + 1), bag);

        Assert.Equal(StrategyCodes.DocumentTooLarge, Assert.Single(bag.ToSorted()).Code);
    }

    [Fact]
    public void Sentences_of_an_original_have_addresses() =>
        Assert.Equal(
            [("7/goal/1", "One."), ("7/goal/2", "Two."), ("7/response/1", "Three")],
            OriginalSentences.Of("7", Read("## Goal\nOne. Two.\n\nList:\n\n## Response\n1. Three\n")));

    [Fact]
    public void Both_versions_of_attack_are_understood()
    {
        var attack = StrategyCatalog.Attack();

        Assert.Equal("T1685", attack.Current("T1562.001"));
        Assert.Equal(["T1562.008"], attack.Former("T1685.002"));
        Assert.Equal("T1059.001", attack.ReplacementOf(attack.Find("T1086")!)!.Id);
        Assert.True(AttackCatalog.Fits(attack.Find("T1562.001")!, "defense-impairment"));
        Assert.True(AttackCatalog.Fits(attack.Find("T1685")!, "Defense Evasion"));
        Assert.False(AttackCatalog.Fits(attack.Find("T1610")!, "impact"));
        Assert.Equal("Office Suite", attack.Platform("Office 365"));
        Assert.Null(attack.Platform("Steamships"));
    }

    private static StrategyDocument Read(string text)
    {
        var bag = new DiagnosticBag();
        var document = DocumentReader.Read("d.md", text, bag);
        Assert.Empty(bag.ToSorted());
        return document;
    }
}
