namespace Waterguard.Notify.Channels;

/// <summary>A way to tell somebody.</summary>
internal interface IChannel : IDisposable
{
    /// <summary>Delivers; returns when the other side has taken it, as far as its protocol can tell.</summary>
    /// <exception cref="DeliveryException">It was not taken.</exception>
    Task SendAsync(Message message, CancellationToken cancel);
}
