using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Notify.Channels;

/// <summary>Posts the generic form, signed: who receives it can tell that it is ours, that it was not changed, and that it is not an old one again.</summary>
internal sealed class WebhookChannel(Posting posting, Func<string> secret, TimeProvider time) : IChannel
{
    /// <summary>The header of the signature: <c>t=SECONDS,v1=HEX</c>.</summary>
    public const string SignatureHeader = "X-Waterguard-Signature";

    public Task SendAsync(Message message, CancellationToken cancel)
    {
        var body = Encoding.UTF8.GetBytes(message.Json().ToJsonString());
        var signature = Sign(secret(), time.GetUtcNow(), body);
        return posting.SendAsync(body, headers =>
        {
            headers.TryAddWithoutValidation(SignatureHeader, signature);
            headers.TryAddWithoutValidation("Idempotency-Key", message.Id);
        }, cancel);
    }

    public void Dispose() => posting.Dispose();

    /// <summary>HMAC-SHA256 over the time, a dot and the body.</summary>
    public static string Sign(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds + "."), .. body];
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }
}
