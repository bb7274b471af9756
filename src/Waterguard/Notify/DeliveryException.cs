namespace Waterguard.Notify;

/// <summary>A channel could not deliver.</summary>
/// <param name="isPassing">Whether trying again may help.</param>
/// <param name="retryAfter">How long it asks to wait; null: it does not say.</param>
internal sealed class DeliveryException(string message, bool isPassing, TimeSpan? retryAfter) : Exception(message)
{
    public bool IsPassing => isPassing;

    public TimeSpan? RetryAfter => retryAfter;

    public static DeliveryException Passing(string message) => new(message, true, null);

    public static DeliveryException Lasting(string message) => new(message, false, null);
}
