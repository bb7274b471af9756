using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Content.Detections;

public sealed class DetectionsPageTests
{
    private static readonly RuleBench Bench = new();

    [Fact]
    public void The_page_says_what_the_content_does()
    {
        var page = Repository.PathOf("docs", "detections.md");
        var text = DetectionsPage.Render(Bench, File.ReadAllText(Repository.PathOf("docs", "blind-spots.md")));
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") == "1") File.WriteAllText(page, text);

        Assert.True(File.Exists(page) && File.ReadAllText(page) == text, "docs/detections.md is not what the content says; run the tests with WATERGUARD_UPDATE=1.");
    }

    /// <summary>
    /// With all stages logged, the record of a request's arrival must not be told as something that was done. Rules that tell of the asking alone,
    /// whatever becomes of it, may tell of it then.
    /// </summary>
    [Fact]
    public void A_request_that_has_only_arrived_is_not_told_as_done()
    {
        var told = from rule in Bench.Generation.Rules.Rules
                   from record in Bench.AuditExamples(rule)
                   where record["responseStatus"]?["code"]?.GetValue<int>() < 400
                   where rule.Header.Level >= Level.Medium && Bench.Matches(rule, AuditPolicy.Arrived(record)) && !Bench.Matches(rule, AuditPolicy.Refused(record))
                   select rule.Header.Title;

        Assert.Empty(told.Distinct());
    }

    /// <summary>What needs no body must go on working without one.</summary>
    [Theory]
    [InlineData("Admission control removed")]
    [InlineData("Network policies deleted")]
    [InlineData("Kubernetes events deleted")]
    [InlineData("Role of the platform itself changed")]
    [InlineData("Certificate approved by hand")]
    [InlineData("Token of a platform account requested by hand")]
    [InlineData("Secrets of the platform read")]
    [InlineData("Workload in kube-system by hand")]
    [InlineData("Command run in a pod by a service account")]
    [InlineData("Kubelet reached through the node proxy")]
    [InlineData("Impersonation refused")]
    [InlineData("Request without an identity succeeded")]
    [InlineData("Debug container put into a running pod")]
    public void Detections_that_need_no_body_survive_metadata(string title)
    {
        var rule = Bench.Generation.Rules.Rules.Single(r => r.Header.Title == title);

        Assert.All(Bench.AuditExamples(rule), record => Assert.True(Bench.Matches(rule, AuditPolicy.Metadata(record)!), record.ToJsonString()));
    }
}
