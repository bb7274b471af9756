using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>A subscription as Pub/Sub keeps it: what is not acknowledged before its deadline comes again, and now and then even what is.</summary>
internal sealed class PubSubServer : CloudServer
{
    public const string Name = "projects/harbour/subscriptions/waterguard";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Message> _messages = new(StringComparer.Ordinal);
    private readonly Queue<string> _ready = new();
    private TimeProvider _time = TimeProvider.System;
    private Random _random = new(3);
    private int _acks;

    /// <summary>Seconds until what was not acknowledged comes again.</summary>
    public double Deadline { get; set; } = 10;

    public int Extended { get; private set; }

    /// <summary>Pulls that brought a message for another time.</summary>
    public int Redelivered { get; private set; }

    public int Waiting
    {
        get
        {
            lock (_lock) return _messages.Count;
        }
    }

    protected override (int Status, string Body) Throttled => (429, """{"error":{"code":429,"message":"Quota exceeded for quota metric","status":"RESOURCE_EXHAUSTED"}}""");

    public static Task<PubSubServer> StartAsync(TimeProvider time, Random random) => StartAsync(new PubSubServer { _time = time, _random = random });

    public void Publish(string id, string data)
    {
        lock (_lock)
        {
            _messages[id] = new Message(id, Convert.ToBase64String(Encoding.UTF8.GetBytes(data)), _time.GetUtcNow());
            _ready.Enqueue(id);
        }
    }

    protected override string Error(string code, string message) => $$$"""{"error":{"code":403,"message":"{{{message}}}","status":"{{{code}}}"}}""";

    protected override void Map(WebApplication app)
    {
        app.MapPost($"/v1/{Name}:pull", PullAsync);
        app.MapPost($"/v1/{Name}:acknowledge", async (HttpRequest request) => Acknowledge((await Body(request)).GetProperty("ackIds")));
        app.MapPost($"/v1/{Name}:modifyAckDeadline", async (HttpRequest request) => Extend(await Body(request)));
        app.MapPost($"/v1/{Name}:testIamPermissions", () => Json("""{"permissions":["pubsub.subscriptions.consume"]}"""));
        app.MapGet($"/v1/{Name}", () => Json($$"""{"name":"{{Name}}","topic":"projects/harbour/topics/logs","pushConfig":{},"ackDeadlineSeconds":10,"state":"ACTIVE"}"""));
    }

    private static async Task<JsonElement> Body(HttpRequest request) => (await JsonDocument.ParseAsync(request.Body)).RootElement;

    private async Task<IResult> PullAsync(HttpRequest request)
    {
        var most = (await Body(request)).GetProperty("maxMessages").GetInt32();
        // Held open for a while when there is nothing.
        if (Pull(most) is { } first) return first;
        await Task.Delay(TimeSpan.FromSeconds(1), _time, request.HttpContext.RequestAborted);
        return Pull(most) ?? Json("{}");
    }

    private IResult? Pull(int most)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            foreach (var late in _messages.Values.Where(m => m.Deadline is { } at && at < now))
            {
                late.Deadline = null;
                _ready.Enqueue(late.Id);
            }

            if (_ready.Count == 0) return null;
            var text = new StringBuilder("{\"receivedMessages\":[");
            for (var count = 0; count < Math.Min(most, 300) && _ready.TryDequeue(out var id);)
            {
                if (!_messages.TryGetValue(id, out var message)) continue;
                if (message.Delivered++ > 0) Redelivered++;
                message.Deadline = now.AddSeconds(Deadline);
                message.Ack = string.Create(CultureInfo.InvariantCulture, $"ack-{++_acks}-{id}");
                text.Append(count++ > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $$$"""{"ackId":"{{{message.Ack}}}","message":{"data":"{{{message.Data}}}","attributes":{"logging.googleapis.com/timestamp":"x"},"messageId":"{{{id}}}","publishTime":"{{{message.Published:yyyy-MM-ddTHH:mm:ss.fffZ}}}"}}""");
            }

            return Json(text.Append("]}").ToString());
        }
    }

    private IResult Acknowledge(JsonElement ids)
    {
        lock (_lock)
        {
            foreach (var ack in ids.EnumerateArray().Select(i => i.GetString()!))
            {
                var id = ack.Split('-', 3)[2];
                if (!_messages.TryGetValue(id, out var message) || message.Ack != ack) continue;
                // At least once: an acknowledgement can be lost.
                if (_random.Next(50) == 0 && message.Delivered < 3) continue;
                _messages.Remove(id);
            }

            return Json("{}");
        }
    }

    private IResult Extend(JsonElement body)
    {
        lock (_lock)
        {
            foreach (var message in _messages.Values.Where(m => body.GetProperty("ackIds").EnumerateArray().Any(i => i.GetString() == m.Ack))) message.Deadline = _time.GetUtcNow().AddSeconds(body.GetProperty("ackDeadlineSeconds").GetInt32());
            Extended++;
            return Json("{}");
        }
    }

    private sealed record Message(string Id, string Data, DateTimeOffset Published)
    {
        public DateTimeOffset? Deadline { get; set; }

        public string Ack { get; set; } = "";

        public int Delivered { get; set; }
    }
}
