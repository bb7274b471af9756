using System.Net.Http.Headers;

namespace Waterguard.Notify.Channels;

/// <summary>Posts a template: to a ticket system, to a pager.</summary>
/// <param name="token">Shown as bearer token; null: none.</param>
/// <param name="key">What the place <c>{{key}}</c> holds.</param>
internal sealed class TemplateChannel(Posting posting, MessageTemplate template, Func<string>? token, Func<string>? key) : IChannel
{
    public Task SendAsync(Message message, CancellationToken cancel) => posting.SendAsync(template.Render(message, key?.Invoke() ?? ""), headers =>
    {
        headers.TryAddWithoutValidation("Idempotency-Key", message.Id);
        if (token is not null) headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
    }, cancel);

    public void Dispose() => posting.Dispose();
}
