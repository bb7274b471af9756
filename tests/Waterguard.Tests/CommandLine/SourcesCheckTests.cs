using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.CommandLine;

public sealed class SourcesCheckTests
{
    [Fact]
    public void What_is_missing_is_said_for_each_input()
    {
        using var folder = Repository.Folder();
        folder.Write("audit.log", File.ReadLines(Repository.PathOf("samples", "kubernetes-audit.ndjson")).First() + "\n");
        var configuration = folder.Write("w.yaml", $"""
            data: '{folder.Path}/data'
            inputs:
              - name: right
                transport: tail
                source: kubernetes.audit
                path: '{folder.Path}/*.log'
              - name: wrong
                transport: tail
                source: docker.events
                path: '{folder.Path}/*.log'
              - name: nothing
                transport: tail
                path: '{folder.Path}/none/*.log'
              - name: engine
                transport: docker
                host: 'unix://{folder.Path}/no.sock'
              - name: hook
                transport: http
                source: kubernetes.audit
                key: env:WATERGUARD_TEST_NO_SUCH_KEY
              - name: unknown
                transport: tail
                source: kubernetes.audti
                path: '{folder.Path}/*.log'
            """);

        var result = Tool.Run("sources", "check", "--config", configuration, "-o", "json");

        Assert.Equal(1, result.Code);
        var inputs = JsonDocument.Parse(result.Output).RootElement.GetProperty("inputs").EnumerateArray()
            .ToDictionary(i => i.GetProperty("name").GetString()!, i => (Ready: i.GetProperty("ready").GetBoolean(), Text: string.Join(' ', i.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("text").GetString()))), StringComparer.Ordinal);
        Assert.True(inputs["right"].Ready);
        Assert.Contains("are kubernetes.audit, but the input is configured as docker.events", inputs["wrong"].Text, StringComparison.Ordinal);
        Assert.Contains("no file matches", inputs["nothing"].Text, StringComparison.Ordinal);
        Assert.Contains("there is no such socket; is the engine running", inputs["engine"].Text, StringComparison.Ordinal);
        Assert.Contains("WATERGUARD_TEST_NO_SUCH_KEY is not set", inputs["hook"].Text, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'kubernetes.audit'?", inputs["unknown"].Text, StringComparison.Ordinal);
        Assert.All(inputs.Where(i => i.Key != "right"), i => Assert.False(i.Value.Ready));
    }

    [Fact]
    public void When_nothing_is_missing_it_ends_well()
    {
        using var folder = Repository.Folder();
        folder.Write("audit.log", File.ReadLines(Repository.PathOf("samples", "kubernetes-audit.ndjson")).First() + "\n");
        var configuration = folder.Write("w.yaml", $"inputs: [{{name: a, transport: tail, path: '{folder.Path}/*.log'}}]\n");

        var result = Tool.Run("sources", "check", "--config", configuration);

        Assert.Equal(0, result.Code);
        Assert.Contains("a (tail): ready", result.Output, StringComparison.Ordinal);
    }
}
