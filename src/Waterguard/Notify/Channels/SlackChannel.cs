using System.Text;
using System.Text.Json.Nodes;

namespace Waterguard.Notify.Channels;

/// <summary>An incoming webhook as Slack has it, and those that took it over (Mattermost, Rocket.Chat, Teams' workflows).</summary>
internal sealed class SlackChannel(Posting posting) : IChannel
{
    private const int MostText = 3000;

    public Task SendAsync(Message message, CancellationToken cancel)
    {
        var text = Escaped(message.Text());
        var body = new JsonObject { ["text"] = text.Length > MostText ? text[..MostText] + "…" : text };
        return posting.SendAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), headers => headers.TryAddWithoutValidation("Idempotency-Key", message.Id), cancel);
    }

    public void Dispose() => posting.Dispose();

    /// <summary>With these three escaped no text becomes a link, a mention or a command.</summary>
    public static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
