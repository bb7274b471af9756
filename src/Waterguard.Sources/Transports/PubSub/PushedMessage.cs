using System.Globalization;
using System.Text.Json;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.PubSub;

/// <summary>A message as it is pushed: in its envelope, or bare with its headers.</summary>
internal readonly record struct PushedMessage(string Id, string Subscription, DateTimeOffset? Published, MemoryStream Data)
{
    private const int LongestId = 256;

    /// <summary>The message; or what is wrong with it.</summary>
    public static PushedMessage? Of(PushRequest request, MemoryStream body, out string flaw)
    {
        flaw = "";
        if (request.MessageId is not null)
        {
            if (request.MessageId.Length > LongestId || request.Subscription is null) return Flawed("the headers x-goog-pubsub-message-id and x-goog-pubsub-subscription-name are not both there", out flaw);
            return new PushedMessage(request.MessageId, request.Subscription, Time(request.PublishTime), body);
        }

        try
        {
            using var envelope = JsonParts.Parse(body.ToArray());
            var message = envelope.RootElement.Part("message");
            if (message is not { ValueKind: JsonValueKind.Object } of || envelope.RootElement.Text("subscription") is not { } subscription) return Flawed("this is no envelope of Pub/Sub; when the payload is unwrapped, its metadata must be written to the headers (--push-no-wrapper-write-metadata)", out flaw);
            if (of.Text("messageId") is not { Length: > 0 and <= LongestId } id) return Flawed("the message has no id", out flaw);
            var data = of.TryGetProperty("data", out var text) && text.ValueKind == JsonValueKind.String ? text.GetBytesFromBase64() : [];
            return new PushedMessage(id, subscription, of.Time("publishTime"), new MemoryStream(data));
        }
        catch (JsonException)
        {
            return Flawed("the body is no JSON", out flaw);
        }
        catch (FormatException)
        {
            return Flawed("the message's data is not Base64", out flaw);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate.
            return Flawed("the envelope holds a text that is none", out flaw);
        }
    }

    private static PushedMessage? Flawed(string what, out string flaw)
    {
        flaw = what;
        return null;
    }

    private static DateTimeOffset? Time(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
