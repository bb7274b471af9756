using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Rules;

/// <summary>The commands on the content that ships, as somebody would run them who has just copied it.</summary>
public sealed class ShippedRulesTests
{
    [Fact]
    public void Checking_the_content_folder_finds_no_error_and_no_rule_that_can_never_fire()
    {
        var result = Tool.Run("rules", "check", Repository.PathOf("content"));

        Assert.Equal(0, result.Code);
        Assert.Contains("; 0 errors; 0 rules can never fire, 0 reach no known source", result.Output + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("No values are known", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_laid_out_like_content_gives_its_detections_only()
    {
        using var folder = Repository.Folder();
        folder.Write("content/sources/x.yml", "name: x\n");
        folder.Write("content/strategies/quay/playbook.yml", "steps: []\n");
        folder.Write("content/strategies/quay/detections/r.yml", "title: Some\nlogsource: {product: kubernetes, service: audit}\ndetection: {s: {verb: get}, condition: s}\n");

        var report = JsonDocument.Parse(Tool.Run("rules", "check", Path.Combine(folder.Path, "content"), "-o", "json").Output).RootElement;

        Assert.Equal((1, 1, 0), (report.GetProperty("files").GetInt32(), report.GetProperty("rules").GetInt32(), report.GetProperty("errors").GetArrayLength()));
    }
}
