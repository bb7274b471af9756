using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Alerting.Suppression;

public sealed class SuppressionLoaderTests
{
    private const string Sound = "id: a\nreason: r\nowner: o\nexpires: 2027-01-01\napplies_to: [known]\nwhen: {user.name: ann}\n";

    [Fact]
    public void A_sound_one_is_read_and_is_for_its_rules_until_it_expires()
    {
        var one = Assert.Single(Load(Sound, out var findings));
        Assert.Empty(findings);
        Assert.True(one.IsFor("id", "known", Day("2026-12-31")));
        Assert.False(one.IsFor("id", "other", Day("2026-12-31")));
        Assert.False(one.IsFor("id", "known", Day("2027-01-01")));
    }

    [Theory]
    [InlineData("owner: o\n", "", "WG1")]
    [InlineData("expires: 2027-01-01", "expires: soon", "WG2403")]
    [InlineData("when: {user.name: ann}\n", "", "WG2402")]
    [InlineData("when: {user.name: ann}", "when: {user.name|nonsense: ann}", "WG1203")]
    [InlineData("applies_to: [known]", "applies_to: [gone]", "WG2404")]
    [InlineData("when: {user.name: ann}", "when: {container.name: build}", "WG2405")]
    [InlineData("when: {user.name: ann}", "during: {cron: '0 2 * * *', duration: 60d}", "WG2403")]
    [InlineData("when: {user.name: ann}", "during: {cron: '0 2 * * *', rrule: FREQ=DAILY, duration: 1h}", "WG2403")]
    [InlineData("when: {user.name: ann}", "during: {cron: '0 2 * * *', duration: 1h, tz: Nowhere/City}", "WG2403")]
    [InlineData("when: {user.name: ann}", "during: {rrule: FREQ=SECONDLY, start: '2026-01-01', duration: 1h}", "WG2403")]
    public void What_is_wrong_is_said_with_its_code_and_place(string part, string instead, string code)
    {
        Load(Sound.Replace(part, instead, StringComparison.Ordinal), out var findings);
        Assert.StartsWith(code, Assert.Single(findings).Code, StringComparison.Ordinal);
        Assert.Equal("s.yml", findings[0].Location.File);
    }

    [Fact]
    public void Two_with_one_id_are_an_error()
    {
        Assert.Single(Load(Sound + "---\n" + Sound, out var findings));
        Assert.Equal(SuppressionCodes.Twice, Assert.Single(findings).Code);
    }

    [Fact]
    public void Whatever_the_text_reading_ends()
    {
        var random = new Random(7);
        var seed = Sound + "during: {rrule: 'FREQ=MONTHLY;BYDAY=-1SU', start: '2026-01-01T02:00', duration: 4h, tz: Europe/London}\n---\n" + Sound.Replace("when: {user.name: ann}", "during: {cron: '*/5 1-3,7 * JAN *', duration: 1h}", StringComparison.Ordinal);
        for (var round = 0; round < 3000; round++)
        {
            var text = seed.ToCharArray();
            for (var i = random.Next(5); i >= 0; i--) text[random.Next(text.Length)] = (char)random.Next(9, 127);
            foreach (var one in Load(new string(text), out _)) one.IsFor("id", "known", Day("2026-11-22"));
        }
    }

    private static DateTimeOffset Day(string text) => DateTimeOffset.Parse(text + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);

    private static IReadOnlyList<KnownBenign> Load(string text, out IReadOnlyList<Diagnostic> findings)
    {
        var bag = new DiagnosticBag();
        var all = SuppressionLoader.Load([("s.yml", text)], rule => rule == "known", bag, RuleLoadOptions.Default);
        findings = bag.ToSorted();
        return all;
    }
}
