using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Pipeline;
using Waterguard.Posture;
using Waterguard.Responding;
using Waterguard.Response.Playbooks;
using Waterguard.Sigma;
using Waterguard.Tests.Api;
using Waterguard.Tests.Response.Kubernetes;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>What people have said of a rule's incidents changes its level, in a file of the own content, and no attack is lost by it.</summary>
public sealed class LevelTests
{
    private const string Rule = "0f28ccb1-f8fe-490c-ad27-18203ef551f1";
    private static readonly JsonObject s_alert = Incidents.Alert([Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"))]);

    [Fact]
    public async Task A_rule_whose_incidents_were_all_benign_becomes_lower_and_its_attacks_are_still_found()
    {
        using var folder = Repository.Folder();
        var before = Incidents.Content.Rules.Rules.Single(r => r.Header.Id == Rule).Header;
        var postures = Postures(new PastVerdicts(LevelChange.Enough, 0, 0, true), folder);
        var proposal = Assert.Single(postures.Of(s_alert.ToJsonString(), CancellationToken.None).Proposals, p => p.Kind == ProposalKind.RuleLevel);
        Assert.Equal((null, 1, 1, 0), (proposal.Doubt, proposal.Check.Prevented, proposal.Check.Of, proposal.Check.OthersHit));
        Assert.True(proposal.Check.OthersTried > 0);
        Assert.Equal(before.Location.File, proposal.Path);

        // Applied, the content has it; undone, it is as it was.
        var action = new ApplyPosture(postures, null, new PostureInContent(folder.Path));
        var step = Harbour.Step("posture.apply", "incident", s_alert.ToJsonString());
        var (engine, run) = await Harbour.DoneAsync(action, step with { Inputs = step.Inputs.Add("proposal", proposal.Name) });
        Assert.Equal(StepState.Done, run.Steps[0].State);
        Assert.Equal(before.Level - 1, LevelIn(folder));
        await engine.UndoAsync(run.Id, "it", "bob", CancellationToken.None);
        Assert.Equal(before.Level, LevelIn(folder));
    }

    [Fact]
    public void A_rule_whose_incidents_were_all_attacks_becomes_higher()
    {
        using var folder = Repository.Folder();
        var before = Incidents.Content.Rules.Rules.Single(r => r.Header.Id == Rule).Header;
        var proposal = Assert.Single(Postures(new PastVerdicts(0, LevelChange.Enough, 0, true), folder).Of(s_alert.ToJsonString(), CancellationToken.None).Proposals, p => p.Kind == ProposalKind.RuleLevel);
        Assert.Equal((1, $"'{before.Title}' is {(before.Level + 1).ToString().ToLowerInvariant()} instead of {before.Level.ToString().ToLowerInvariant()}"), (proposal.Check.Prevented, proposal.Title));
    }

    [Theory]
    [InlineData(LevelChange.Enough - 1, 0, 0)]
    [InlineData(50, 1, 0)]
    [InlineData(50, 0, 1)]
    [InlineData(1, 50, 0)]
    [InlineData(0, 0, 50)]
    public void Few_verdicts_or_divided_ones_change_nothing(int benign, int malicious, int undetermined)
    {
        using var folder = Repository.Folder();
        Assert.DoesNotContain(Postures(new PastVerdicts(benign, malicious, undetermined, true), folder).Of(s_alert.ToJsonString(), CancellationToken.None).Proposals, p => p.Kind == ProposalKind.RuleLevel);
    }

    [Fact]
    public async Task What_people_said_of_incidents_counts_for_the_rules_that_have_alerts_in_them()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Analyst);
        host.AddAlert("a1", pod: "tide/one", rule: Rule);
        host.AddAlert("a2", pod: "quay/two", rule: "another");
        foreach (var incident in (await host.SendAsync("GET", "incidents", key: key)).Body!["items"]!.AsArray())
            Assert.Equal(200, (int)(await host.SendAsync("PATCH", "incidents/" + incident!["id"], new JsonObject { ["verdict"] = "benign", ["reason"] = "ours" }, key: key, also: r => r.Headers.TryAddWithoutValidation("If-Match", "*"))).Response.StatusCode);
        Assert.Equal(new PastVerdicts(1, 0, 0, true), PastVerdicts.Of(host.Store, host.Store, Rule));
        Assert.Equal(new PastVerdicts(0, 0, 0, true), PastVerdicts.Of(host.Store, host.Store, "a third"));
    }

    private static Postures Postures(PastVerdicts past, TemporaryFolder folder) => new(() => Incidents.Content, null, [folder.Path], TimeProvider.System, null, rule => rule == Rule ? past : new PastVerdicts(0, 0, 0, true));

    private static Level LevelIn(TemporaryFolder folder) => GenerationLoader.Load(ContentOptions.Default with { Content = [folder.Path], Examples = false }).Rules.Rules.Single(r => r.Header.Id == Rule).Header.Level;
}
