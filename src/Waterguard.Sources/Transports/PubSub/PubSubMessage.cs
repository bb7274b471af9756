using System.Text.Json;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.PubSub;

/// <summary>A message of a subscription.</summary>
/// <param name="Ack">What acknowledges it; empty when it was pushed.</param>
internal readonly record struct PubSubMessage(string Ack, PolledRecord Record)
{
    /// <summary>Null: it is none.</summary>
    /// <param name="of">With <c>data</c>, <c>messageId</c>, <c>publishTime</c>.</param>
    public static PubSubMessage? Of(string ack, JsonElement? of, DateTimeOffset now)
    {
        if (of is not { ValueKind: JsonValueKind.Object } message || message.Text("messageId") is not { Length: > 0 and <= 256 } id) return null;
        byte[] data;
        try
        {
            data = message.TryGetProperty("data", out var text) && text.ValueKind == JsonValueKind.String ? text.GetBytesFromBase64() : [];
        }
        catch (FormatException)
        {
            return null;
        }

        // Empty data is remembered like any other message: there is nothing else to do with it.
        return new PubSubMessage(ack, new PolledRecord(id, message.Time("publishTime") ?? now, data) { Splits = true });
    }
}
