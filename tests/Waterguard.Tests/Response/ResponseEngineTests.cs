using System.Collections.Immutable;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>A run does what was approved, once, and knows after a crash at any moment what it has done.</summary>
public sealed class ResponseEngineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTime _time = new(Noon);
    private readonly Shelf _shelf = new();
    private readonly Switch _switch = new();

    [Fact]
    public async Task A_dry_run_says_what_would_be_done_and_does_nothing()
    {
        var run = await Engine().PlanAsync("i1", "s", [Step("off", approvals: 1)], "ann", dryRun: true, CancellationToken.None);
        run = await Engine().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
        Assert.Equal((StepState.Waiting, "switch lamp off", 0), (run.Steps[0].State, run.Steps[0].Says, _switch.Acts));
    }

    [Fact]
    public async Task A_step_of_high_risk_waits_for_somebody_else()
    {
        var run = await Engine().PlanAsync("i1", "s", [Step("off", approvals: 2)], "ann", dryRun: false, CancellationToken.None);
        Assert.Contains("asked for this run", Assert.Throws<ActionFailedException>(() => Engine().Approve(run.Id, "off", "ann")).Message, StringComparison.Ordinal);
        Engine().Approve(run.Id, "off", "bob");
        Assert.Contains("already", Assert.Throws<ActionFailedException>(() => Engine().Approve(run.Id, "off", "bob")).Message, StringComparison.Ordinal);
        Assert.Equal(StepState.Waiting, (await Engine().AdvanceAsync(run.Id, "ann", [], CancellationToken.None)).Steps[0].State);
        Engine().Approve(run.Id, "off", "cid");
        run = await Engine().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
        Assert.Equal((StepState.Done, "the lamp is off"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Theory]
    [InlineData("lamp*")]
    [InlineData("*AMP")]
    public async Task What_is_never_touched_is_not_whoever_approves(string pattern)
    {
        var run = await Engine(new ResponseLimits([pattern])).PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
        Assert.Equal((StepState.Refused, "lamp is on the list of what is never touched"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task A_name_on_that_list_which_is_only_claimed_takes_two_who_say_so()
    {
        _switch.IsClaimed = true;
        var engine = Engine(new ResponseLimits(["lamp*"]));
        var run = await engine.PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
        Assert.EndsWith("2 approve it with --despite 'lamp'", run.Steps[0].Says, StringComparison.Ordinal);
        Assert.Equal(StepState.Waiting, (await engine.AdvanceAsync(run.Id, "ann", [], CancellationToken.None)).Steps[0].State);
        Assert.Contains("says --despite 'lamp'", Assert.Throws<ActionFailedException>(() => engine.Approve(run.Id, "off", "bob")).Message, StringComparison.Ordinal);
        Assert.Contains("says --despite 'lamp'", Assert.Throws<ActionFailedException>(() => engine.Approve(run.Id, "off", "bob", "lam")).Message, StringComparison.Ordinal);
        engine.Approve(run.Id, "off", "bob", "lamp");
        Assert.Equal((StepState.Waiting, 0), ((await engine.AdvanceAsync(run.Id, "ann", [], CancellationToken.None)).Steps[0].State, _switch.Acts));
        engine.Approve(run.Id, "off", "cid", "lamp");
        Assert.Equal((StepState.Done, 1), ((await engine.AdvanceAsync(run.Id, "ann", [], CancellationToken.None)).Steps[0].State, _switch.Acts));
    }

    [Fact]
    public async Task Who_agreed_before_it_took_such_a_name_has_not_agreed_to_that()
    {
        var engine = Engine(new ResponseLimits([]));
        var run = await engine.PlanAsync("i1", "s", [Step("off", approvals: 1)], "ann", dryRun: false, CancellationToken.None);
        engine.Approve(run.Id, "off", "bob");
        _switch.IsClaimed = true;
        var later = Engine(new ResponseLimits(["lamp"]));
        run = await later.AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
        Assert.Equal((StepState.Waiting, 0, "lamp"), (run.Steps[0].State, _switch.Acts, run.Steps[0].Despite));
        later.Approve(run.Id, "off", "bob", "lamp");
        later.Approve(run.Id, "off", "cid", "lamp");
        Assert.Equal(StepState.Done, (await later.AdvanceAsync(run.Id, "ann", [], CancellationToken.None)).Steps[0].State);
    }

    [Theory]
    [InlineData("sha256:0a1b", true)]
    [InlineData("kube-system/*", true)]
    [InlineData("*", true)]
    [InlineData("*/waterguard*", false)]
    [InlineData("waterguard*", false)]
    [InlineData("quay/pump:*", false)]
    public void What_the_platform_vouches_for_is_certain_and_a_chosen_name_is_a_claim(string entry, bool certain)
    {
        var plan = new ActionPlan(new ActionTarget("r", "s", ImmutableSortedDictionary<string, string>.Empty), ["kube-system/waterguard-1", "waterguard-1", "sha256:0a1b", "quay/pump:1"], "", [], null, ImmutableSortedDictionary<string, string>.Empty) { Certain = ["kube-system/waterguard-1", "sha256:0a1b"] };
        Assert.Equal(!certain, new ResponseLimits([entry]).Forbidden(plan)!.IsClaim);
        Assert.Null(new ResponseLimits(["tide/*"]).Forbidden(plan));
    }

    [Fact]
    public async Task A_step_that_nothing_can_do_or_that_the_incident_does_not_name_a_target_for_is_refused_in_words()
    {
        var run = await Engine().PlanAsync("i1", "s", [Step("a") with { Action = "moon.hide" }, Step("b") with { Inputs = Step("b").Inputs.SetItem("lamp", "") }, Step("c") with { Inputs = Step("c").Inputs.SetItem("lamp", "x,y") }], "ann", dryRun: true, CancellationToken.None);
        Assert.Equal(["nothing here can do 'moon.hide'", "the incident names no lamp", "the incident names several: x,y; choose one lamp"], run.Steps.Select(s => s.Says));
    }

    [Fact]
    public async Task More_than_so_many_in_an_hour_are_refused_and_an_hour_later_they_are_not()
    {
        var limits = new ResponseLimits([], 2);
        for (var i = 0; i < 2; i++) Assert.Equal(StepState.Done, (await DoneAsync(limits)).Steps[0].State);
        var third = await DoneAsync(limits);
        Assert.Equal((StepState.Refused, "2 steps of high risk were done within the hour, as many as may be"), (third.Steps[0].State, third.Steps[0].Says));
        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(StepState.Done, (await DoneAsync(limits)).Steps[0].State);
    }

    [Fact]
    public async Task An_action_without_effect_is_a_failure()
    {
        _switch.IsStuck = true;
        var run = await DoneAsync(new ResponseLimits([]));
        Assert.Equal((StepState.Failed, "it has no effect: the lamp is on"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task What_is_for_a_time_is_undone_when_it_is_over_unless_somebody_keeps_it()
    {
        var run = await DoneAsync(new ResponseLimits([]), TimeSpan.FromHours(4));
        Assert.Empty(await Engine().TickAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromHours(4));
        var (undone, problem) = Assert.Single(await Engine().TickAsync(CancellationToken.None));
        Assert.Equal((StepState.Undone, null, true), (undone.Steps[0].State, problem, _switch.IsOn));

        var kept = await DoneAsync(new ResponseLimits([]), TimeSpan.FromHours(4));
        Engine().Keep(kept.Id, "off", "bob");
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Empty(await Engine().TickAsync(CancellationToken.None));
        Assert.False(_switch.IsOn);
        Assert.NotEqual(run.Id, kept.Id);
    }

    [Fact]
    public async Task What_is_gone_needs_no_undo_and_its_timed_undo_says_so_once()
    {
        var run = await DoneAsync(new ResponseLimits([]), TimeSpan.FromHours(4));
        _switch.IsGone = true;
        _time.Advance(TimeSpan.FromHours(4));
        var (undone, problem) = Assert.Single(await Engine().TickAsync(CancellationToken.None));
        Assert.Equal((StepState.Undone, "the lamp is gone: nothing is left to undo", null, null), (undone.Steps[0].State, undone.Steps[0].Says, undone.Steps[0].UndoAt, problem));
        Assert.Empty(await Engine().TickAsync(CancellationToken.None));

        // Gone before it was acted on: in effect, and nothing that would be put back later.
        run = await DoneAsync(new ResponseLimits([]), TimeSpan.FromHours(4));
        Assert.Equal((StepState.Done, null), (run.Steps[0].State, run.Steps[0].UndoAt));
    }

    [Fact]
    public async Task Steps_wait_for_those_that_they_need_and_a_failed_one_stops_them()
    {
        _switch.IsStuck = true;
        var run = await Engine().PlanAsync("i1", "s", [Step("first"), Step("second") with { Needs = ["first"] }], "ann", dryRun: false, CancellationToken.None);
        run = await Engine().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
        Assert.Equal([StepState.Failed, StepState.Waiting], run.Steps.Select(s => s.State));
    }

    [Fact]
    public async Task Cut_off_at_any_moment_it_goes_on_and_acts_once()
    {
        for (var moment = 0; moment < 12; moment++)
        {
            var (shelf, lamp) = (new Shelf(), new Switch());
            ResponseEngine Fresh() => new([lamp], shelf, new ResponseLimits([]), _time);
            var run = await Fresh().PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
            var left = moment;
            shelf.Crash = lamp.Crash = () =>
            {
                if (left-- == 0) throw new Crashed();
            };
            var crashed = false;
            try
            {
                await Fresh().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
                await Fresh().UndoAsync(run.Id, "off", "ann", CancellationToken.None);
            }
            catch (Crashed)
            {
                crashed = true;
            }

            shelf.Crash = lamp.Crash = () => { };
            await Fresh().TickAsync(CancellationToken.None);
            var after = await Fresh().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);

            Assert.True(lamp.Acts <= 1, $"cut off at {moment} it acted {lamp.Acts} times");
            Assert.True(after.Steps[0].State is StepState.Done or StepState.Undone, $"cut off at {moment} it is {after.Steps[0].State}");
            Assert.Equal(after.Steps[0].State == StepState.Undone, lamp.IsOn);
            Assert.Equal(crashed, moment < 10);
        }
    }

    [Fact]
    public async Task Of_two_who_change_a_run_at_once_one_is_told()
    {
        var run = await Engine().PlanAsync("i1", "s", [Step("off", approvals: 1)], "ann", dryRun: false, CancellationToken.None);
        _shelf.Before = () => _shelf.Put(_shelf.Find(run.Id)!, new RunEntry(Noon, "dan", "response.kept", "", ""));
        Assert.Contains("at the same time", Assert.Throws<ActionFailedException>(() => Engine().Approve(run.Id, "off", "bob")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_approved_or_kept_while_a_step_is_done_stays_so()
    {
        var run = await Engine().PlanAsync("i1", "s", [Step("off"), Step("next", approvals: 1)], "ann", dryRun: false, CancellationToken.None);
        _switch.Crash = () =>
        {
            if (_shelf.Find(run.Id)!.Find("next")!.Approvals.IsEmpty) Engine().Approve(run.Id, "next", "bob");
        };
        run = await Engine().AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
        Assert.Equal([StepState.Done, StepState.Done], run.Steps.Select(s => s.State));
        Assert.Equal("bob", Assert.Single(run.Steps[1].Approvals).By);
    }

    [Fact]
    public async Task What_a_living_process_is_at_is_left_to_it_and_of_a_dead_one_is_gone_on_with()
    {
        var living = new HashSet<string> { "first", "second" };
        ResponseEngine Of(string name) => new([_switch], _shelf, new ResponseLimits([]), _time, new RunHolder(name, n => living.Contains(n)));
        var run = await Of("first").PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
        _switch.Crash = () => throw new Crashed();
        await Assert.ThrowsAsync<Crashed>(() => Of("first").AdvanceAsync(run.Id, "ann", [], CancellationToken.None));
        _switch.Crash = () => { };

        Assert.Empty(await Of("second").TickAsync(CancellationToken.None));
        Assert.Equal((StepState.Acting, 0), ((await Of("second").AdvanceAsync(run.Id, "bob", [], CancellationToken.None)).Steps[0].State, _switch.Acts));
        living.Remove("first");
        Assert.Equal((StepState.Done, 1), (Assert.Single(await Of("second").TickAsync(CancellationToken.None)).Run.Steps[0].State, _switch.Acts));
    }

    [Fact]
    public async Task What_a_process_of_another_machine_is_at_is_cut_off_when_it_has_taken_too_long()
    {
        ResponseEngine Of(string name) => new([_switch], _shelf, new ResponseLimits([]), _time, new RunHolder(name, _ => null));
        var run = await Of("there").PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
        _switch.Crash = () => throw new Crashed();
        await Assert.ThrowsAsync<Crashed>(() => Of("there").AdvanceAsync(run.Id, "ann", [], CancellationToken.None));
        _switch.Crash = () => { };
        _time.Advance(RunHolder.Patience - TimeSpan.FromMinutes(1));
        Assert.Empty(await Of("here").TickAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(StepState.Done, Assert.Single(await Of("here").TickAsync(CancellationToken.None)).Run.Steps[0].State);
    }

    [Fact]
    public async Task Two_who_go_on_with_a_run_at_once_act_once()
    {
        var engine = Engine();
        var run = await engine.PlanAsync("i1", "s", [Step("off")], "ann", dryRun: false, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => engine.AdvanceAsync(run.Id, "ann", [], CancellationToken.None), CancellationToken.None)));
        Assert.Equal(1, _switch.Acts);
    }

    private ResponseEngine Engine(ResponseLimits? limits = null) => new([_switch], _shelf, limits ?? new ResponseLimits([]), _time);

    private async Task<ResponseRun> DoneAsync(ResponseLimits limits, TimeSpan? undo = null)
    {
        _switch.IsOn = true;
        var run = await Engine(limits).PlanAsync("i1", "s", [Step("off") with { UndoAfter = undo }], "ann", dryRun: false, CancellationToken.None);
        return await Engine(limits).AdvanceAsync(run.Id, "ann", [], CancellationToken.None);
    }

    private static ResponseStep Step(string id, int approvals = 0) =>
        new(id, "lamp.off", ActionRisk.High, [], approvals, null, ImmutableSortedDictionary<string, string>.Empty.Add("lamp", "lamp"));
}
