using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Responding;

namespace Waterguard.Api.Live;

/// <summary>What people have done about an incident. It outlives how alerts are grouped: it goes by the incident's id.</summary>
/// <param name="Json">Null: nothing yet.</param>
/// <param name="Revision">0: nothing yet.</param>
internal sealed record WorkDone(JsonObject? Json, long Revision)
{
    public bool IsClosed => Json?["closed"] is not null;

    public bool IsAcknowledged => Json?["acknowledged"] is not null || IsClosed;

    public bool IsEscalated => Json?["escalated"] is not null;

    /// <summary>Open, acknowledged or closed.</summary>
    public string Status => IsClosed ? "closed" : IsAcknowledged ? "acknowledged" : "open";

    /// <summary>Adds it to what is told of the incident.</summary>
    public void AddTo(JsonObject incident)
    {
        incident["status"] = Status;
        foreach (var name in new[] { "assignee", "acknowledged", "escalated", "verdict", "closed" }) incident[name] = Json?[name]?.DeepClone();
        foreach (var name in new[] { "notes", "history" }) incident[name] = Json?[name]?.DeepClone() ?? new JsonArray();
        if (Json?["history_left_out"] is { } leftOut) incident["history_left_out"] = leftOut.DeepClone();
        incident["revision"] = Revision;
    }
}

/// <summary>Keeps what people do about incidents: each step with who, when and why, and an entry in the audit log. Thread-safe as far as the store is.</summary>
internal sealed class IncidentWork(ApiParts parts, DocumentShelf shelf)
{
    /// <summary>What a change may say.</summary>
    public static Shape Body { get; } = Shape.Of(
        ("assignee?", Shape.Text.OrNull), ("acknowledge?", Shape.Boolean), ("verdict?", Shape.Word("benign", "malicious", "undetermined")), ("status?", Shape.Word("closed", "open")), ("reason?", Shape.Text), ("note?", Shape.Text));

    public WorkDone Of(string incident) => shelf.Find(IncidentRecord.Kind, incident) is var (json, revision) ? new WorkDone(json, revision) : new WorkDone(null, 0);

    /// <summary>Does what a body says, all of it or nothing.</summary>
    /// <param name="expected">The revision that was seen: 0 where nothing was done yet; null: whichever.</param>
    public WorkDone Change(string incident, JsonObject body, long? expected, Caller by)
    {
        var before = Of(incident);
        var json = before.Json?.DeepClone().AsObject() ?? [];
        var now = AlertJson.Time(parts.Time.GetUtcNow());
        var reason = body["reason"]?.GetValue<string>().Trim() ?? "";
        var steps = new List<string>();
        if (body.ContainsKey("assignee"))
        {
            json["assignee"] = body["assignee"]?.DeepClone();
            steps.Add(body["assignee"] is { } who ? $"assigned to {who.GetValue<string>()}" : "assigned to nobody");
        }

        if (body["acknowledge"]?.GetValue<bool>() == true && json["acknowledged"] is null)
        {
            json["acknowledged"] = new JsonObject { ["by"] = by.Name, ["at"] = now };
            steps.Add("acknowledged");
        }

        if (body["verdict"]?.GetValue<string>() is { } verdict)
        {
            if (reason.Length == 0) throw RefusedException.Bad("A verdict has a 'reason'.");
            json["verdict"] = new JsonObject { ["is"] = verdict, ["by"] = by.Name, ["at"] = now, ["reason"] = reason };
            steps.Add($"verdict: {verdict}");
        }

        if (body["status"]?.GetValue<string>() is { } status && (status == "closed") != before.IsClosed)
        {
            if (reason.Length == 0) throw RefusedException.Bad($"To {(status == "closed" ? "close" : "reopen")} it takes a 'reason'.");
            json["closed"] = status == "closed" ? new JsonObject { ["by"] = by.Name, ["at"] = now, ["reason"] = reason } : null;
            steps.Add(status == "closed" ? "closed" : "reopened");
        }

        if (body["note"]?.GetValue<string>() is { Length: > 0 } note)
        {
            Append(json, "notes", new JsonObject { ["at"] = now, ["by"] = by.Name, ["text"] = note });
            steps.Add("noted");
        }

        if (steps.Count == 0) return before;
        return Keep(incident, json, string.Join(", ", steps), reason, expected, by, "incident.changed");
    }

    /// <summary>Marks an incident that nobody has taken up in time.</summary>
    public void Escalate(string incident, string level, TimeSpan after)
    {
        var before = Of(incident);
        var json = before.Json?.DeepClone().AsObject() ?? [];
        var why = $"nobody has acknowledged it for {(long)after.TotalMinutes} minutes";
        IncidentRecord.Escalate(json, parts.Time.GetUtcNow(), Caller.Service.Name, why, new JsonObject { ["level"] = level, ["after_seconds"] = (long)after.TotalSeconds });
        Put(incident, json, "escalated", why, before.Revision, Caller.Service, "incident.escalated");
    }

    private WorkDone Keep(string incident, JsonObject json, string what, string reason, long? expected, Caller by, string action)
    {
        Append(json, "history", IncidentRecord.Step(parts.Time.GetUtcNow(), by.Name, what, reason));
        return Put(incident, json, what, reason, expected, by, action);
    }

    private WorkDone Put(string incident, JsonObject json, string what, string reason, long? expected, Caller by, string action)
    {
        long revision;
        try
        {
            revision = shelf.Put(IncidentRecord.Kind, incident, json, expected, by, action, new JsonObject { ["what"] = what, ["reason"] = reason });
        }
        catch (RefusedException e) when (e.Status == 409)
        {
            throw new RefusedException(412, "Precondition failed", "It was changed meanwhile: read it again.");
        }

        parts.Events.Tell("incident", new JsonObject { ["id"] = incident, ["what"] = what, ["by"] = by.Name, ["revision"] = revision });
        return new WorkDone(json, revision);
    }

    private static void Append(JsonObject json, string list, JsonObject step)
    {
        if (!IncidentRecord.TryAppend(json, list, step)) throw new RefusedException(409, "Conflict", $"An incident keeps {IncidentRecord.MostSteps} {list}.");
    }
}
