using System.Text.Json.Nodes;
using Waterguard.Posture;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>What keeps a detection quiet about something harmless, replayed over the incident and over the attacks that must still be found.</summary>
public sealed class SharpeningTests
{
    private static readonly JsonObject s_event = Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"));

    [Fact]
    public void A_suppression_covers_the_alert_and_hides_no_attack_of_a_scenario()
    {
        var report = Incidents.Report(Incidents.Alert([s_event], level: "medium", entities: """{"identity":["cruise@harbour.example"],"image":["a","b"]}"""));
        Assert.Equal("unknown", report.Verdict);
        var other = Assert.Single(report.Proposals, p => p.Kind == ProposalKind.Suppression);
        Assert.Equal((true, 0, 1), (other.Check.IsChecked, other.Check.Prevented, other.Check.Of)); // somebody else than the event names
        Assert.Equal("it would not have prevented anything of the incident", other.Doubt);

        var cruise = Incidents.Pod(1, Incidents.Spec("\"securityContext\":{\"privileged\":true},"), user: "cruise@harbour.example");
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([cruise], level: "medium", entities: """{"identity":["cruise@harbour.example"]}""")).Proposals, p => p.Kind == ProposalKind.Suppression);
        Assert.Equal((1, 1, 0, null), (proposal.Check.Prevented, proposal.Check.Of, proposal.Check.OthersHit, proposal.Doubt));
        Assert.True(proposal.Check.OthersTried > 0);
        Assert.StartsWith("strategies/container-runtime-evasion/suppressions/posture-", proposal.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void A_suppression_that_hides_an_attack_says_so()
    {
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([s_event], level: "medium")).Proposals, p => p.Kind == ProposalKind.Suppression); // Ines is whom the scenarios name
        Assert.Equal(1, proposal.Check.Prevented);
        Assert.True(proposal.Check.OthersHit > 0);
        Assert.Contains("the scenario privileged-container", proposal.Check.AlsoHit);
        Assert.StartsWith("it would also have hit ", proposal.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_suspicious_is_not_made_quiet()
    {
        var report = Incidents.Report(Incidents.Alert([s_event]));
        Assert.DoesNotContain(report.Proposals, p => p.Kind is ProposalKind.Suppression or ProposalKind.ListEntry);
        Assert.Contains("it is suspicious: nothing that would keep its detection quiet is proposed", report.Notes);
    }

    [Fact]
    public void Hostile_names_stay_one_condition()
    {
        string[] hostile = ["*", "a\"\nwhen: {}\nx: \"", "cruise?", "\\", "a*\\*"];
        foreach (var name in hostile)
        {
            var report = Incidents.Report(Incidents.Alert([s_event], level: "medium", entities: new JsonObject { ["identity"] = new JsonArray(name) }.ToJsonString()));
            var proposal = Assert.Single(report.Proposals, p => p.Kind == ProposalKind.Suppression);
            Assert.Equal((true, 0), (proposal.Check.IsChecked, proposal.Check.Prevented)); // above all, * is not everybody
        }
    }

    [Fact]
    public void A_name_on_a_list_that_a_suppression_asks_covers_the_alert()
    {
        var report = Incidents.Report(Burst());
        var proposal = Assert.Single(report.Proposals, p => p.Kind == ProposalKind.ListEntry);
        Assert.Equal(("list-automation-identities", "lists/automation-identities.txt", null), (proposal.Name, proposal.Path, proposal.Doubt));
        Assert.EndsWith("\ncruise@harbour.example\n", proposal.Document, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_daemon_say_that_they_were_not_tried()
    {
        var docker = JsonNode.Parse("""{"Type":"container","Action":"create","Actor":{"ID":"4d8939d7ac08","Attributes":{"image":"suspicious_image","name":"evasive_container"}},"time":1793700000,"inspect":{"HostConfig":{"Privileged":true,"NetworkMode":"host"}}}""")!.AsObject();
        var proposal = Assert.Single(Incidents.Report(Incidents.Alert([docker], "docker.events")).Proposals);
        Assert.Equal((ProposalKind.DaemonSettings, false), (proposal.Kind, proposal.Check.IsChecked));
        Assert.Equal("""{"no-new-privileges":true,"userns-remap":"default"}""", JsonNode.Parse(proposal.Document)!.ToJsonString());
        Assert.StartsWith("it was not checked: ", proposal.Doubt, StringComparison.Ordinal);
    }

    /// <summary>The alert of a burst of pods by somebody who does it by machine.</summary>
    public static JsonObject Burst()
    {
        var burst = Enumerable.Range(0, 200).Select(i =>
        {
            var audit = Incidents.Pod(i, Incidents.Spec(), user: "cruise@harbour.example");
            var at = $"2026-11-20T10:00:{i / 4:d2}.{i % 4 * 100:d3}000Z";
            (audit["stageTimestamp"], audit["requestReceivedTimestamp"]) = (at, at);
            return audit;
        });
        return Incidents.Alert(burst, level: "medium", rule: "5cae54fe-81af-4b41-9da1-0bac27af72d1", entities: """{"identity":["cruise@harbour.example"]}""");
    }
}
