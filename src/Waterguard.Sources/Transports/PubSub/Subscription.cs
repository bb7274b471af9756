using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.PubSub;

/// <summary>The part of the Pub/Sub REST API that a subscriber needs. Thread-safe.</summary>
internal sealed class Subscription : IDisposable
{
    // Acknowledgements have a bound of their own: 512 KiB a request.
    private const int MostIds = 1000;
    private readonly CloudCalls _calls;
    private readonly Uri _address;

    public Subscription(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        var endpoint = values.Text("endpoint") is { } text ? new Uri(text.TrimEnd('/') + "/") : new Uri("https://pubsub.googleapis.com/");
        Name = values.Text("subscription") ?? "";
        _address = new Uri(endpoint, $"v1/{Name}");
        var client = new ApiClient(AllowedHosts.Of(endpoint), GoogleKeys.Tokens(values, null, surroundings, "https://www.googleapis.com/auth/pubsub"), surroundings.Time, surroundings.Network);
        _calls = new CloudCalls(client, progress, surroundings.Time);
    }

    public string Name { get; }

    /// <summary>Waits for messages; none come back when there were none for a while.</summary>
    public async Task<IReadOnlyList<PubSubMessage>> PullAsync(int most, DateTimeOffset now, TransportProgress progress, CancellationToken cancel)
    {
        using var answer = JsonParts.Parse((await PostAsync("pull", w => w.WriteNumber("maxMessages", most), cancel)).Body);
        var messages = new List<PubSubMessage>();
        foreach (var received in answer.RootElement.Items("receivedMessages"))
        {
            if (received.Text("ackId") is not { } ack) continue;
            if (PubSubMessage.Of(ack, received.Part("message"), now) is { } message)
            {
                messages.Add(message);
                continue;
            }

            // It would come again for ever.
            progress.Read();
            progress.Rejected("not a message of Pub/Sub");
            messages.Add(new PubSubMessage(ack, default));
        }

        return messages;
    }

    public async Task AcknowledgeAsync(IEnumerable<string> ids, CancellationToken cancel)
    {
        foreach (var some in ids.Chunk(MostIds)) await PostAsync("acknowledge", w => Ids(w, some), cancel);
    }

    /// <summary>Asks for more time before they are sent to somebody again.</summary>
    public async Task ExtendAsync(IEnumerable<string> ids, int seconds, CancellationToken cancel)
    {
        foreach (var some in ids.Chunk(MostIds))
        {
            await PostAsync("modifyAckDeadline", w =>
            {
                Ids(w, some);
                w.WriteNumber("ackDeadlineSeconds", seconds);
            }, cancel);
        }
    }

    /// <summary>The subscription itself.</summary>
    public async Task<JsonDocument> DescribeAsync(CancellationToken cancel) => JsonParts.Parse((await _calls.GetAsync(_address, cancel)).Body);

    /// <summary>Which of some permissions we have.</summary>
    public async Task<IReadOnlyList<string>> PermissionsAsync(string[] wanted, CancellationToken cancel)
    {
        using var answer = JsonParts.Parse((await PostAsync("testIamPermissions", w =>
        {
            w.WriteStartArray("permissions");
            foreach (var permission in wanted) w.WriteStringValue(permission);
            w.WriteEndArray();
        }, cancel)).Body);
        return [.. answer.RootElement.Items("permissions").Select(p => p.GetString() ?? "")];
    }

    public void Dispose() => _calls.Dispose();

    private static void Ids(Utf8JsonWriter writer, string[] ids)
    {
        writer.WriteStartArray("ackIds");
        foreach (var id in ids) writer.WriteStringValue(id);
        writer.WriteEndArray();
    }

    private async Task<ApiAnswer> PostAsync(string verb, Action<Utf8JsonWriter> write, CancellationToken cancel)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return await _calls.PostAsync(new Uri($"{_address.AbsoluteUri}:{verb}"), stream.ToArray(), cancel);
    }
}
