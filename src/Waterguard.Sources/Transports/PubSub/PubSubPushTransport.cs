using Waterguard.Content;
using Waterguard.Platforms.Google;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Http;

namespace Waterguard.Sources.Transports.PubSub;

/// <summary>What Pub/Sub pushes to <c>/api/v1/pubsub/NAME</c>. The answer says that the message is on disk; what comes again is told by its id.</summary>
public sealed class PubSubPushTransport : ITransport
{
    private readonly InputDefinition _input;
    private readonly TimeProvider _time;
    private readonly PostedBodies _bodies;
    private readonly IngestKey? _key;
    private readonly HttpMessageHandler? _network;
    private readonly string _subscription;
    private readonly long _maxBody;
    private volatile Receiver? _receiver;

    private PubSubPushTransport(InputDefinition input, TransportSurroundings surroundings)
    {
        var values = input.Settings;
        (_input, _time, Progress) = (input, surroundings.Time, new TransportProgress(surroundings.Time));
        (_subscription, _maxBody) = (values.Text("subscription")!, values.Number("max_body"));
        _bodies = new PostedBodies(Progress, _maxBody);
        _key = values.Secret("key") is { } key ? new IngestKey(key) : null;
        _network = surroundings.Network;
    }

    /// <summary>The kind, for the catalog.</summary>
    public static TransportKind Kind { get; } = new(
        "pubsub-push", "A push subscription of Google Pub/Sub, which posts to /api/v1/pubsub/NAME of the HTTP interface, NAME being the input's.",
        [
            new Setting("subscription", SettingType.Text, "The subscription: projects/PROJECT/subscriptions/NAME. Messages of any other are refused.") { Required = true },
            new Setting("caller", SettingType.Text, "The service account whose token the pushes carry (--push-auth-service-account): NAME@PROJECT.iam.gserviceaccount.com."),
            new Setting("audience", SettingType.Text, "What the token is for (--push-auth-token-audience); without that setting at the subscription it is the address that it pushes to."),
            new Setting("certificates", SettingType.Text, "Where the keys that sign the tokens are told.") { Default = IdentityTerms.PublicCertificates },
            new Setting("key", SettingType.Secret, "Instead of a token: an API key as for http, for a proxy that adds one."),
            new Setting("max_body", SettingType.Size, "The largest push, decompressed. A message has at most 10 MB, and a third more in its envelope.") { Default = "16MiB", Least = 1024, Most = 64 << 20 },
        ],
        Create) { OpensHttp = true };

    /// <inheritdoc/>
    public string Name => _input.Name;

    /// <inheritdoc/>
    public TransportProgress Progress { get; }

    /// <inheritdoc/>
    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        using var tokens = Tokens();
        _receiver = new Receiver(sink, tokens);
        var stopped = new TaskCompletionSource();
        await using var _ = stop.Register(stopped.SetResult);
        await stopped.Task;
        _receiver = null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        var findings = new List<InputFinding> { InputFinding.Says($"takes POST /api/v1/pubsub/{Name} once the service runs; Pub/Sub pushes only to https with a certificate that it can verify") };
        if (_key is not null)
        {
            if (_key.Problem() is { } missing) findings.Add(InputFinding.Lacks($"the API key is missing: {missing}"));
            findings.Add(InputFinding.Says("wants an API key, which Pub/Sub itself cannot send: a proxy must add it; better set 'caller' and 'audience'"));
            return findings;
        }

        using var tokens = Tokens();
        var (caller, audience) = (_input.Settings.Text("caller"), _input.Settings.Text("audience"));
        findings.Add(await tokens!.CountKeysAsync(cancel) is > 0 and var count
            ? InputFinding.Says($"{_input.Settings.Text("certificates")}: {count} keys")
            : InputFinding.Lacks($"{_input.Settings.Text("certificates")}: the keys that sign tokens cannot be fetched ({tokens.Problem}); let this machine reach it, or every push is refused"));
        findings.Add(InputFinding.Says($"at the subscription: gcloud pubsub subscriptions update {_subscription} --push-endpoint https://HOST/api/v1/pubsub/{Name} --push-auth-service-account {caller} --push-auth-token-audience {audience}"));
        return findings;
    }

    /// <summary>Takes one push. Never throws for what it holds.</summary>
    public async Task<IngestAnswer> ReceiveAsync(PushRequest request, CancellationToken cancel)
    {
        if (_receiver is not var (sink, tokens)) return new IngestAnswer(503, "Not ready", "The service is starting or stopping.", RetryAfter: 1);
        // Who has no token makes us read nothing.
        if (await RefusalAsync(tokens, request.Shown, cancel) is { } refusal) return refusal;
        if (request.Length > _maxBody) return _bodies.Refuse(413, "Body too large", $"More than {_maxBody} bytes.");
        return await _bodies.TakeAsync(request.Body, request.Encoding, body => TakeAsync(sink, request, body), cancel);
    }

    private async Task<IngestAnswer?> RefusalAsync(IdentityTokens? tokens, string? shown, CancellationToken cancel)
    {
        if (_key is not null) return _key.Knows(shown) ? null : _bodies.Refuse(401, "Unauthorised", "This is not the input's API key.");
        var verdict = await tokens!.VerifyAsync(shown, cancel);
        switch (verdict.Outcome)
        {
            case TokenOutcome.Good:
                return null;
            case TokenOutcome.Undecided:
                Progress.Failed(verdict.Reason);
                return new IngestAnswer(503, "Cannot verify", "The token cannot be verified now; nothing was taken.", RetryAfter: 30);
            default:
                Progress.Note("tokens refused: " + verdict.Reason);
                return new IngestAnswer(401, "Unauthorised", verdict.Reason + ".");
        }
    }

    private async Task<IngestAnswer> TakeAsync(IInputSink sink, PushRequest request, MemoryStream body)
    {
        if (PushedMessage.Of(request, body, out var flaw) is not { } message) return _bodies.Refuse(400, "No message", flaw + ".");
        if (message.Subscription != _subscription) return _bodies.Refuse(403, "Another subscription", $"This input is for {_subscription}.");
        if (message.Published is { } published) Progress.Behind(_time.GetUtcNow() - published);
        // A message without a usable record is remembered like any other: refused, it would come again for days.
        var (block, bad) = PostedBodies.Split(message.Data, request.Peer);
        var batch = new TransportBatch("push", block.ToArray(), block.Count) { Source = _input.Source, Place = _subscription, Key = "message:" + message.Id };
        return _bodies.Answer(await sink.DeliverAsync(batch, CancellationToken.None), block.Count, bad);
    }

    private IdentityTokens? Tokens()
    {
        var values = _input.Settings;
        return _key is not null ? null : new IdentityTokens(new IdentityTerms(values.Text("audience")!, values.Text("caller")!, new Uri(values.Text("certificates")!)), _time, _network);
    }

    private static PubSubPushTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        PubSubTransport.CheckName(values, bag);
        AzureKeys.CheckAddress(values, "certificates", bag);
        var (caller, audience, key) = (values.Text("caller"), values.Text("audience"), values.Secret("key"));
        if (caller is null != audience is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf(caller is null ? "audience" : "caller"), "'caller' and 'audience' go together.");
        else if (caller is null == key is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("key"), "A pubsub-push input has either 'caller' and 'audience', or a 'key'.");
        return bag.ErrorCount > errors ? null : new PubSubPushTransport(input, surroundings);
    }

    /// <summary>What there is while it runs.</summary>
    private sealed record Receiver(IInputSink Sink, IdentityTokens? Tokens);
}
