using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Pipeline;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Storage.Archives;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Investigation;

/// <summary>The same investigation as a command and as the step of a playbook.</summary>
public sealed class InvestigateTests : IDisposable
{
    private const string Alert = """{"id":"a1","title":"A pod was made","reason":"ann made shop/web","time":"2026-11-02T12:00:00Z","window":null,"entities":{"pod":["shop/web"],"identity":["ann"]}}""";
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Generation> s_generation = new(() => GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false, Examples = false }));
    private readonly TemporaryFolder _folder = Repository.Folder();

    public InvestigateTests() => Archive.Open(_folder.Path, "j").Write(
        [
            Record("ann", Noon.AddMinutes(-30), "get"), Record("bob", Noon, "get"), Record("ann", Noon.AddMinutes(5), "delete"), Record("ann", Noon.AddHours(-3), "list", arrived: Noon), Record("ann", Noon.AddMinutes(50), "patch", arrived: Noon.AddHours(5)),
            ("unrecognised", Noon, Encoding.UTF8.GetBytes("{\"who\":\"ann\"}")),
        ], 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tool_prints_one_timeline_the_silences_and_the_questions()
    {
        var told = Tool.Run("investigate", _folder.Write("alert.json", Alert), "--data", _folder.Path);
        Assert.Equal((0, ""), (told.Code, told.Error));
        var steps = told.Lines.Where(l => l.StartsWith("2026-11-02 1", StringComparison.Ordinal)).Select(l => l[11..16]).ToArray();
        Assert.Equal(["11:30", "12:00", "12:00", "12:05", "12:50"], steps);
        Assert.Contains(told.Lines, l => l.StartsWith("2026-11-02 12:00:00Z  ALERT  ann made shop/web", StringComparison.Ordinal));
        Assert.Contains(told.Lines, l => l.StartsWith("  kubernetes.audit", StringComparison.Ordinal) && l.EndsWith("2026-11-02 12:06:00Z to 2026-11-02 12:50:00Z", StringComparison.Ordinal));
        Assert.Contains("-- unified_audit", told.Lines);
        Assert.DoesNotContain("bob", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_prints_the_same_as_json_and_counts_what_it_leaves_out()
    {
        var told = Tool.Run("investigate", _folder.Write("alert.json", Alert), "--data", _folder.Path, "-o", "json", "--most", "2");
        var json = JsonNode.Parse(told.Output)!;
        Assert.Equal((2, 2, 1, false), (json["events"]!.AsArray().Count, json["more"]!.GetValue<int>(), json["of_other_times"]!.GetValue<int>(), json["cut"]!.GetValue<bool>()));
        Assert.Equal(3, json["queries"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[1]")]
    public void What_is_no_alert_is_refused(string text) => Assert.Equal(2, Tool.Run("investigate", _folder.Write("alert.json", text), "--data", _folder.Path).Code);

    [Fact]
    public async Task A_step_of_a_playbook_writes_it_down_and_shows_where()
    {
        var evidence = Path.Combine(_folder.Path, "evidence");
        var action = new Investigate(_folder.Path, evidence, () => s_generation.Value);
        var plan = await action.PlanAsync(new ActionTarget("run1", "look", ImmutableSortedDictionary<string, string>.Empty.Add(Assess.Incident, Alert)), TestContext.Current.CancellationToken);
        Assert.False((await action.ProbeAsync(plan, TestContext.Current.CancellationToken)).Holds);
        await action.ActAsync(plan, TestContext.Current.CancellationToken);
        await action.ActAsync(plan, TestContext.Current.CancellationToken);
        Assert.True((await action.ProbeAsync(plan, TestContext.Current.CancellationToken)).Holds);
        Assert.Contains("\"verb\":\"delete\"", await File.ReadAllTextAsync(Path.Combine(evidence, "run1-look.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(["run1-look.txt"], Directory.EnumerateFiles(evidence).Select(Path.GetFileName));
        await Assert.ThrowsAsync<ActionFailedException>(() => action.PlanAsync(plan.Target with { Inputs = ImmutableSortedDictionary<string, string>.Empty.Add(Assess.Incident, "{}") }, TestContext.Current.CancellationToken));
    }

    private static (string, DateTimeOffset, ReadOnlyMemory<byte>) Record(string who, DateTimeOffset at, string verb, DateTimeOffset? arrived = null) => ("kubernetes.audit", arrived ?? at, Encoding.UTF8.GetBytes(
        $$$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"{{{at.Ticks}}}","verb":"{{{verb}}}","user":{"username":"{{{who}}}"},"stageTimestamp":"{{{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}}"}"""));
}
