namespace Waterguard.Sources.Transports.PubSub;

/// <summary>One push, as far as its receiver needs it.</summary>
/// <param name="Body">Read once, forward.</param>
/// <param name="Encoding">Content-Encoding; null: none.</param>
/// <param name="Shown">The token or key; null: none.</param>
/// <param name="Peer">Who sends, for the evidence.</param>
public sealed record PushRequest(Stream Body, string? Encoding, string? Shown, string Peer)
{
    /// <summary>Content-Length; null: not told.</summary>
    public long? Length { get; init; }

    /// <summary>The message's id, when it comes without its envelope (x-goog-pubsub-message-id).</summary>
    public string? MessageId { get; init; }

    /// <summary>The subscription, likewise (x-goog-pubsub-subscription-name).</summary>
    public string? Subscription { get; init; }

    /// <summary>When it was published, likewise (x-goog-pubsub-publish-time).</summary>
    public string? PublishTime { get; init; }
}
