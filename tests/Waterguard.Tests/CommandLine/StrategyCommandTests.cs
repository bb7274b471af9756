using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.CommandLine;

public sealed class StrategyCommandTests
{
    [Fact]
    public void A_new_strategy_is_made_lint_says_what_it_lacks_and_nothing_is_written_over()
    {
        using var folder = Repository.Folder();
        var made = Tool.Run("strategy", "new", "quay", "--into", folder.Path);
        var lint = Tool.Run("strategy", "lint", Path.Combine(folder.Path, "quay"), "-o", "json");
        using var report = JsonDocument.Parse(lint.Output);
        var first = report.RootElement[0].GetProperty("errors")[0];

        Assert.Equal(0, made.Code);
        Assert.Equal(1, lint.Code);
        Assert.StartsWith(folder.Path, first.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("WG3", first.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run("strategy", "new", "quay", "--into", folder.Path).Code);
        Assert.Equal(2, Tool.Run("strategy", "new", "../quay", "--into", folder.Path).Code);
        Assert.Equal(2, Tool.Run("strategy", "show", "nobody").Code);
    }

    [Fact]
    public void A_document_is_imported_and_the_result_can_be_read()
    {
        using var folder = Repository.Folder();
        var file = folder.Write("Quay Shells.md", "# Goal\nFind shells.\n\n# Response\n1. Ask.\n");
        var imported = Tool.Run("strategy", "import", file, "--into", folder.Path);

        Assert.Equal(0, imported.Code);
        Assert.Contains("to bind: response-1: Ask.", imported.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "quay-shells", "strategy.md")));
    }
}
