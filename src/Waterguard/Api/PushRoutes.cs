using Microsoft.AspNetCore.Http;
using Waterguard.Api.Routing;
using Waterguard.Sources.Transports.Http;
using Waterguard.Sources.Transports.PubSub;

namespace Waterguard.Api;

/// <summary>Routes what Pub/Sub pushes to the input that the path names.</summary>
internal static class PushRoutes
{
    public static ApiRoute Of(IReadOnlyList<PubSubPushTransport> inputs) => ApiRoute.Post(
        "/pubsub/{name}", Need.Nobody, "Takes what a Pub/Sub subscription pushes, with the token of its service account.", null, null, Shape.AtLeast(("records", Shape.Whole)), async exchange =>
        {
            await IngestExchange.WriteAsync(exchange.Context, await AnswerAsync(inputs, exchange.Part("name"), exchange.Context));
            return Answer.Written;
        }) with { Status = 202, ReadsItself = true };

    private static async Task<IngestAnswer> AnswerAsync(IReadOnlyList<PubSubPushTransport> inputs, string name, HttpContext context)
    {
        if (inputs.FirstOrDefault(i => i.Name == name) is not { } input) return new IngestAnswer(404, "No such input", "No input of that name takes pushes.");
        var headers = context.Request.Headers;
        string? Header(string header) => headers["x-goog-pubsub-" + header].ToString() is { Length: > 0 } value ? value : null;
        return await IngestExchange.ReceiveAsync(context, (encoding, peer) => input.ReceiveAsync(
            new PushRequest(context.Request.Body, encoding, IngestExchange.ShownKey(context.Request), peer) { Length = context.Request.ContentLength, MessageId = Header("message-id"), Subscription = Header("subscription-name"), PublishTime = Header("publish-time") },
            context.RequestAborted));
    }
}
