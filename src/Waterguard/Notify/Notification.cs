using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>Something to be told of an incident by one channel, with why, and what became of it.</summary>
internal sealed class Notification
{
    /// <summary>Steps that one keeps; the first stays, and the newest.</summary>
    public const int MostSteps = 20;

    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private Notification(string id, string incident, string channel, DateTimeOffset made, Body body) => (Id, Incident, Channel, Made, Said) = (id, incident, channel, made, body);

    public string Id { get; }

    public string Incident { get; }

    public string Channel { get; }

    public DateTimeOffset Made { get; }

    public NotificationState State { get; set; }

    public DateTimeOffset Due { get; set; }

    public Body Said { get; }

    /// <summary>One that waits until it is due.</summary>
    /// <param name="number">Which one of this incident and channel it is: with them it makes the id, so that the same decision made twice is one.</param>
    public static Notification Make(string incident, string channel, int number, string kind, string route, string why, DateTimeOffset now, DateTimeOffset due)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{incident}\n{channel}\n{number}")).AsSpan(0, 16));
        var made = new Notification(id, incident, channel, now, new Body { Kind = kind, Route = route, Number = number }) { Due = due };
        made.Note(now, why);
        return made;
    }

    /// <summary>One that a step of a playbook sends, whatever else was told.</summary>
    /// <param name="step">The run and the step: the same step sends by a channel once.</param>
    /// <param name="number">Behind those that the channel was told of this incident.</param>
    public static Notification OfStep(string incident, string channel, string step, int number, string kind, string why, IReadOnlyList<string> found, DateTimeOffset now)
    {
        var made = new Notification(IdOfStep(incident, channel, step), incident, channel, now, new Body { Kind = kind, Number = number, IsForced = true, Found = [.. found] }) { Due = now };
        made.Note(now, why);
        return made;
    }

    /// <summary>The id of the one that a step sends by a channel.</summary>
    public static string IdOfStep(string incident, string channel, string step) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{incident}\n{channel}\n{step}")).AsSpan(0, 16));

    public static Notification Read(StoredNotification stored) =>
        new(stored.Id, stored.Incident, stored.Channel, stored.Made, JsonSerializer.Deserialize<Body>(stored.Json, s_options)!) { State = stored.State, Due = stored.Due };

    public StoredNotification Stored() => new(Id, Incident, Channel, State, Due, Made, JsonSerializer.SerializeToUtf8Bytes(Said, s_options));

    /// <summary>Notes what became of it; the same again only moves the time.</summary>
    public void Note(DateTimeOffset at, string what)
    {
        Said.Why = what;
        if (Said.Steps.Count > 1 && Said.Steps[^1].What == what) Said.Steps.RemoveAt(Said.Steps.Count - 1);
        Said.Steps.Add(new Step(AlertJson.Time(at), what));
        if (Said.Steps.Count > MostSteps) Said.Steps.RemoveAt(1);
    }

    /// <summary>As the API tells it.</summary>
    public JsonObject Shown() => new()
    {
        ["id"] = Id, ["incident"] = Incident, ["channel"] = Channel.Length == 0 ? null : Channel, ["state"] = State.ToString().ToLowerInvariant(), ["kind"] = Said.Kind, ["route"] = Said.Route, ["why"] = Said.Why, ["made"] = AlertJson.Time(Made),
        ["due"] = State == NotificationState.Waiting ? AlertJson.Time(Due) : null, ["attempts"] = Said.Attempts, ["steps"] = new JsonArray([.. Said.Steps.Select(s => (JsonNode?)new JsonObject { ["at"] = s.At, ["what"] = s.What })]),
    };

    /// <summary>What is kept beside what is looked for by.</summary>
    internal sealed class Body
    {
        public string Kind { get; init; } = "";

        public string Route { get; init; } = "";

        public int Number { get; init; }

        public string Why { get; set; } = "";

        public int Attempts { get; set; }

        /// <summary>A person wants it sent, whatever speaks against it.</summary>
        public bool IsForced { get; set; }

        /// <summary>When it was sent, in milliseconds since 1970; 0: it was not.</summary>
        public long SentAt { get; set; }

        /// <summary>What was told when it was sent: of it is decided whether there is something new.</summary>
        public long SentCount { get; set; }

        public string SentStatus { get; set; } = "";

        public int SentLevel { get; set; }

        /// <summary>What a response has found so far.</summary>
        public List<string> Found { get; init; } = [];

        public List<Step> Steps { get; init; } = [];
    }
}

/// <summary>What became of a notification at some time.</summary>
internal sealed record Step(string At, string What);
