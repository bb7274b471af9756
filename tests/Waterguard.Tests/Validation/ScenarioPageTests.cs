using Waterguard.Emulation;
using Waterguard.Pipeline;
using Waterguard.Validation;
using Xunit;

namespace Waterguard.Tests.Validation;

public sealed class ScenarioPageTests
{
    [Fact]
    public void The_scenario_of_the_page_does_what_the_page_says()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "adding-a-scenario.md"));
        var lines = page.Split('\n').SkipWhile(l => l != "    id: privileged-for-an-hour").TakeWhile(l => l.Length == 0 || l.StartsWith("    ", StringComparison.Ordinal)).Select(l => l.Length > 4 ? l[4..] : "");
        var stage = new ScanStage(GenerationLoader.Load(ContentOptions.Default with { Examples = false }));

        var result = Assert.Single(ScenarioRunner.Run(ScenarioParserTests.Parse(string.Join('\n', lines) + "\n"), stage.Play));

        Assert.Empty(result.Problems);
        Assert.True(result.Fired);
        Assert.Equal((1, 3), (result.Twins.Count(t => t.Quiet), result.Variants.Count(v => v.Caught)));
        Assert.False(result.IsMiss);
    }
}
