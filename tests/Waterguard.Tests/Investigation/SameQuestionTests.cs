using System.Collections.Immutable;
using Waterguard.Investigation;
using Xunit;

namespace Waterguard.Tests.Investigation;

/// <summary>What is to be pasted into another store asks what it says, whatever the names hold.</summary>
public sealed class SameQuestionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_question_is_asked_in_three_languages()
    {
        var subject = Of(("pod", "shop/web-1"), ("address", "10.1.2.3"));
        Assert.Equal(
            "union isfuzzy=true withsource=SourceTable *\n| where TimeGenerated between (datetime(2026-11-02T11:00:00Z) .. datetime(2026-11-02T13:00:00Z))\n| where * has \"web-1\"\n    or * has \"10.1.2.3\"\n| sort by TimeGenerated asc",
            SameQuestion.Kql(subject).Text);
        Assert.Equal("timestamp>=\"2026-11-02T11:00:00Z\" AND timestamp<=\"2026-11-02T13:00:00Z\"\nAND (\"web-1\"\n  OR \"10.1.2.3\")", SameQuestion.CloudLogging(subject).Text);
        Assert.Equal(
            "'web-1',\n'10.1.2.3' | ForEach-Object {\n  Search-UnifiedAuditLog -StartDate '2026-11-02T11:00:00Z' -EndDate '2026-11-02T13:00:00Z' -FreeText $_ -SessionCommand ReturnLargeSet -ResultSize 5000\n}",
            SameQuestion.UnifiedAudit(subject).Text);
        Assert.Empty(SameQuestion.All(Of()));
    }

    [Theory]
    [InlineData("a\" or 1 == 1 //", "\"a\\\" or 1 == 1 //\"")]
    [InlineData("a\\", "\"a\\\\\"")]
    [InlineData("a\\\" | take 1", "\"a\\\\\\\" | take 1\"")]
    [InlineData("a\n| project x", "\"a\\u000a| project x\"")]
    [InlineData("a\u2028b", "\"a\\u2028b\"")]
    [InlineData("a\u202eb\u200d", "\"a\\u202eb\\u200d\"")]
    [InlineData("größe", "\"größe\"")]
    [InlineData("a\U0001f6a2", "\"a\\ud83d\\udea2\"")]
    public void A_hostile_name_stays_a_text_in_kql_and_cloud_logging(string name, string quoted)
    {
        Assert.Contains("| where * has " + quoted + "\n| sort", SameQuestion.Kql(Of(("identity", name))).Text, StringComparison.Ordinal);
        Assert.EndsWith("\nAND (" + quoted + ")", SameQuestion.CloudLogging(Of(("identity", name))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("o'neil", "'o''neil'")]
    [InlineData("a'; Remove-Item x; '", "'a''; Remove-Item x; '''")]
    [InlineData("a\u2019; Remove-Item x; \u2018", "'a\u2019\u2019; Remove-Item x; \u2018\u2018'")]
    [InlineData("a\u201bb\u201ac", "'a\u201b\u201bb\u201a\u201ac'")]
    [InlineData("$(Remove-Item x)`n", "'$(Remove-Item x)`n'")]
    public void A_hostile_name_stays_a_text_in_powershell(string name, string quoted) =>
        Assert.StartsWith(quoted + " | ForEach-Object {\n", SameQuestion.UnifiedAudit(Of(("identity", name))).Text, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_powershell_cannot_say_is_left_out_and_counted()
    {
        var both = SameQuestion.UnifiedAudit(Of(("identity", "good"), ("identity", "a\nb")));
        Assert.Equal((1, true), (both.LeftOut, both.Text.StartsWith("'good' |", StringComparison.Ordinal)));
        var none = SameQuestion.UnifiedAudit(Of(("identity", "a\nb")));
        Assert.Equal((1, true), (none.LeftOut, none.Text.StartsWith("'nothing-can-be-asked-for' |", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_question_is_never_longer_than_its_store_takes()
    {
        var question = SameQuestion.CloudLogging(Of([.. Enumerable.Range(0, 60).Select(i => ("identity", $"{i}-" + new string('x', 1000)))]));
        Assert.InRange(question.Text.Length, 10_000, 20_000);
        Assert.InRange(question.LeftOut, 40, 50);
    }

    private static Subject Of(params (string Kind, string Name)[] names) => new("i", "t", Noon.AddHours(-1), Noon.AddHours(1), [.. names.Select(n => new SubjectName(n.Kind, n.Name))], 0, false, ImmutableArray<Waterguard.Alerting.Grouping.IncidentStep>.Empty);
}
