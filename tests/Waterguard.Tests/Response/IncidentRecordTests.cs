using System.Text.Json.Nodes;
using Waterguard.Responding;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>What was done about an incident is kept up to a cap, and an escalation never fails by it.</summary>
public sealed class IncidentRecordTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_escalation_is_a_mark_and_a_step_of_the_history()
    {
        var json = new JsonObject();
        IncidentRecord.Escalate(json, s_now, "waterguard", "nobody has acknowledged it for 15 minutes", new JsonObject { ["level"] = "high" });
        Assert.Equal("""{"escalated":{"at":"2026-11-02T08:00:00.000Z","level":"high"},"history":[{"at":"2026-11-02T08:00:00.000Z","by":"waterguard","what":"escalated","reason":"nobody has acknowledged it for 15 minutes"}]}""", json.ToJsonString());
    }

    [Fact]
    public void Where_the_history_is_full_the_incident_is_escalated_all_the_same_and_the_step_that_is_missing_is_counted()
    {
        var json = new JsonObject();
        for (var i = 0; i < IncidentRecord.MostSteps; i++) Assert.True(IncidentRecord.TryAppend(json, "history", IncidentRecord.Step(s_now, "kaya", "noted", "")));
        Assert.False(IncidentRecord.TryAppend(json, "history", IncidentRecord.Step(s_now, "kaya", "noted", "")));
        IncidentRecord.Escalate(json, s_now, "waterguard", "", []);
        IncidentRecord.Escalate(json, s_now, "waterguard", "", []);
        Assert.NotNull(json["escalated"]);
        Assert.Equal(IncidentRecord.MostSteps, json["history"]!.AsArray().Count);
        Assert.Equal(2, json["history_left_out"]!.GetValue<long>());
    }
}
