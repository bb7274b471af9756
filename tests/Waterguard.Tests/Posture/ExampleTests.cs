using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Posture;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>The example of docs/posture.md, as its reader would try it.</summary>
public sealed class ExampleTests
{
    private static readonly string s_page = File.ReadAllText(Repository.PathOf("docs", "posture.md"));

    [Fact]
    public void The_example_of_the_page_gives_what_the_page_says()
    {
        using var folder = Repository.Folder();
        var alert = Tool.Run("scan", folder.Write("audit.ndjson", Block("json")), "-o", "json").Lines.Single(l => l.Contains("Privileged container", StringComparison.Ordinal));
        var shown = Tool.Run("posture", "propose", folder.Write("alert.json", alert));
        Assert.True(shown.Code == 0, shown.Error);
        Assert.Contains(Block("yaml"), shown.Output, StringComparison.Ordinal);
        var json = JsonNode.Parse(Tool.Run("posture", "propose", folder.Write("alert.json", alert), "-o", "json").Output)!;
        Assert.Equal(Block("yaml"), Assert.Single(json["proposals"]!.AsArray())!["document"]!.ToString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"id":"a","entities":{},"time":"never"}""")]
    [InlineData("""{"id":"a","entities":7,"time":"2026-11-20T10:00:00Z"}""")]
    public void What_is_no_alert_is_refused_with_a_word(string text) => Assert.Throws<System.Text.Json.JsonException>(() => PostureSubject.Read(text));

    private static string Block(string kind) => Regex.Match(s_page, $"```{kind}\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["text"].Value;
}
