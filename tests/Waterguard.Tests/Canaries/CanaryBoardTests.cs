using System.Collections.Immutable;
using System.Text;
using Waterguard.Canaries;
using Waterguard.Content;
using Waterguard.Detection.Matching;
using Waterguard.Service;
using Waterguard.Strategies.State;
using Xunit;

namespace Waterguard.Tests.Canaries;

/// <summary>A marker counts once, in its source, in time; what did not come out shows until one does.</summary>
public sealed class CanaryBoardTests
{
    private static readonly Assumption s_assumption = new("canary-of-azure", "c", AssumptionCheck.Canary, "azure.activitylogs", null, 0.95, null, Armament.Degraded, [], new SourceLocation("a.yml", 1, 1));
    private readonly FakeTime _time = new();

    [Fact]
    public void Before_the_first_marker_nobody_can_tell()
    {
        var board = Board();
        Assert.Empty(board.Checks([s_assumption]));
        Assert.NotNull(board.MarkFor("azure"));
        Assert.Empty(board.Checks([s_assumption]));
    }

    [Fact]
    public void A_marker_that_comes_out_in_time_holds_and_says_how_long_it_took()
    {
        var board = Board();
        var (mark, until) = board.MarkFor("azure")!.Value;
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromHours(2), until);
        _time.Advance(TimeSpan.FromSeconds(90));
        board.Saw(Record("azure.activitylogs", $"{{\"resourceId\":\"/GROUPS/{mark.ToUpperInvariant()}\"}}"));
        Assert.Equal(new CheckSeen(true, "the canary 'azure' came out of azure.activitylogs after 90.0 s"), board.Checks([s_assumption])["canary-of-azure"]);
        Assert.Equal(0, board.Foreign);
    }

    [Fact]
    public void One_that_comes_too_late_or_from_another_source_does_not_count()
    {
        var board = Board();
        var (mark, _) = board.MarkFor("azure")!.Value;
        board.Saw(Record("gcp.audit", mark));
        _time.Advance(TimeSpan.FromHours(2) + TimeSpan.FromSeconds(1));
        board.Saw(Record("azure.activitylogs", mark));
        Assert.Equal(new CheckSeen(false, "the canary 'azure' did not come out of azure.activitylogs within 7200 s"), board.Checks([s_assumption])["canary-of-azure"]);
        Assert.Equal((2, 1), (board.Foreign, board.States.Single().LateOnes));
        var (next, _) = board.MarkFor("azure")!.Value;
        Assert.False(board.Checks([s_assumption])["canary-of-azure"].Holds);
        board.Saw(Record("azure.activitylogs", next));
        Assert.True(board.Checks([s_assumption])["canary-of-azure"].Holds);
    }

    [Fact]
    public void A_marker_counts_once_and_one_that_nobody_planted_never()
    {
        var board = Board();
        var (mark, _) = board.MarkFor("azure")!.Value;
        board.Saw(Record("azure.activitylogs", mark + " and again " + mark));
        board.Saw(Record("azure.activitylogs", mark));
        board.Saw(Record("azure.activitylogs", CanaryMark.Make()));
        board.Saw(Record("azure.activitylogs", "waterguard-canary-TOO-SHORT"));
        Assert.Equal((1, 2), (board.States.Single().CameOut, board.Foreign));
    }

    [Fact]
    public void Where_nobody_plants_any_more_it_does_not_hold()
    {
        var board = Board();
        board.Saw(Record("azure.activitylogs", board.MarkFor("azure")!.Value.Mark));
        _time.Advance(TimeSpan.FromHours(26));
        Assert.True(board.States.Single().Holds);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(board.States.Single().Holds);
        Assert.Contains("was planted last at", board.States.Single().Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_canary_degrades_the_detections_of_its_source_and_no_others()
    {
        var seen = new Observations(_time.GetUtcNow(), ImmutableSortedDictionary<string, SourceSeen>.Empty, new Dictionary<string, DetectionSeen> { ["a"] = new("azure.activitylogs", true, [], false), ["g"] = new("gcp.audit", true, [], false) }.ToImmutableDictionary(), ImmutableDictionary<string, LearningSeen>.Empty, ImmutableDictionary<string, ValidationSeen>.Empty, ImmutableDictionary<string, CheckSeen>.Empty)
        {
            Checks = new Dictionary<string, CheckSeen> { ["canary-of-azure"] = new(false, "it did not come out") }.ToImmutableDictionary(),
        };
        var state = StrategyState.Of("s", [new StatedDetection("a", null, "A", "low", []), new StatedDetection("g", null, "G", "low", [])], [s_assumption], seen);
        Assert.Equal((Armament.Degraded, Armament.Degraded, Armament.Armed), (state.State, state.Detections[0].State, state.Detections[1].State));
        Assert.Equal("it did not come out", Assert.Single(state.Detections[0].Reasons).Text);
    }

    private CanaryBoard Board() => new([new CanaryConfiguration("azure", CanaryKind.External, "", "azure.activitylogs", TimeSpan.FromDays(1), TimeSpan.FromHours(2))], _time, new ServiceLog(_time, TextWriter.Null));

    private static Evidence Record(string source, string text) => new(source, "a", 1, 0, null, Encoding.UTF8.GetBytes(text));
}
