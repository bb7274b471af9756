using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Events.Framing;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.PubSub;

/// <summary>Pulls a subscription. A message is acknowledged when it is on disk; what comes again is told by its id, which is on disk with it.</summary>
internal sealed partial class PubSubTransport(InputDefinition input, TransportSurroundings surroundings) : ITransport
{
    private const int MostMessages = 1000;
    private const int DeadlineSeconds = 60;
    private static readonly TimeSpan ExtendEvery = TimeSpan.FromSeconds(20);
    private static readonly string[] Needed = ["pubsub.subscriptions.consume"];

    public static TransportKind Kind { get; } = new(
        "pubsub", "A pull subscription of Google Pub/Sub, to which a sink of Cloud Logging writes.",
        [
            new Setting("subscription", SettingType.Text, "The subscription: projects/PROJECT/subscriptions/NAME.") { Required = true },
            .. GoogleKeys.Keys,
            new Setting("endpoint", SettingType.Text, "The API's address, when it is not https://pubsub.googleapis.com: a regional one, an emulator."),
            new Setting("remember", SettingType.Duration, "How long message ids are remembered: a message that is sent again within it is taken once.") { Default = "1d", Least = 600, Most = 31 * 86_400 },
        ],
        Create);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var time = surroundings.Time;
        using var subscription = new Subscription(input.Settings, surroundings, Progress);
        var known = new Remembered(sink, "messages", input.Source, subscription.Name, input.Settings.Duration("remember"), Progress, time);
        var backoff = Backoff.Of(time);
        var cleanAt = time.GetUtcNow();
        await CloudRounds.RunAsync(
            Name, "", surroundings, Progress, backoff,
            async worked =>
            {
                await RoundAsync(subscription, known, backoff, stop);
                worked();
                if (time.GetUtcNow() < cleanAt) return;
                cleanAt = time.GetUtcNow().AddMinutes(10);
                await Handover.UntilTakenAsync(sink, new TransportBatch("cleaned", new RecordBlock().ToArray(), 0) { Over = known.Over() }, Progress, backoff, stop);
            },
            Advice, stop);
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        using var subscription = new Subscription(input.Settings, surroundings, Progress);
        var findings = new List<InputFinding>();
        try
        {
            // Describing needs more rights than pulling: look at the rights first.
            if (input.Settings.Text("credential") != "none" && !(await subscription.PermissionsAsync(Needed, cancel)).Contains(Needed[0], StringComparer.Ordinal))
            {
                return [InputFinding.Lacks($"{subscription.Name}: we may not pull; grant the service account the role Pub/Sub Subscriber (roles/pubsub.subscriber) on the subscription")];
            }

            findings.Add(InputFinding.Says($"{subscription.Name}: may be pulled"));
            using var description = await subscription.DescribeAsync(cancel);
            findings.AddRange(Look(subscription.Name, description.RootElement));
        }
        catch (ApiRefusedException e) when (e.Status == 403 && findings.Count > 0)
        {
            findings.Add(InputFinding.Says("its settings may not be read (roles/pubsub.viewer), which is not needed to pull it"));
        }
        catch (Exception e) when (CloudCalls.IsTheirs(e))
        {
            findings.Add(InputFinding.Lacks(Advice(e)));
        }

        return findings;
    }

    private static IEnumerable<InputFinding> Look(string name, System.Text.Json.JsonElement description)
    {
        if (description.Part("pushConfig")?.Text("pushEndpoint") is { Length: > 0 } endpoint) yield return InputFinding.Lacks($"{name}: is a push subscription (to {endpoint}); make it a pull subscription, or use the transport pubsub-push");
        if (description.Text("topic") == "_deleted-topic_") yield return InputFinding.Lacks($"{name}: its topic was deleted, nothing comes any more; make the sink and a new subscription");
        if (description.Text("state") is { } state && state != "ACTIVE") yield return InputFinding.Lacks($"{name}: is {state}");
        if (description.Text("filter") is { Length: > 0 } filter) yield return InputFinding.Says($"{name}: has a filter, what it leaves out is never seen: {filter}");
        if (description.Part("deadLetterPolicy") is not null) yield return InputFinding.Says($"{name}: has a dead letter policy; what is not taken in time often enough goes there, and not to us");
    }

    private async Task RoundAsync(Subscription subscription, Remembered known, Backoff backoff, CancellationToken stop)
    {
        var messages = await subscription.PullAsync(MostMessages, surroundings.Time.GetUtcNow(), Progress, stop);
        if (messages.Count == 0) return;
        Progress.Behind(surroundings.Time.GetUtcNow() - messages.Where(m => m.Record.Id is not null).Select(m => m.Record.Time).DefaultIfEmpty(surroundings.Time.GetUtcNow()).Min());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var extending = ExtendAsync(subscription, messages, over.Token);
        bool taken;
        try
        {
            taken = await known.HandOverAsync([.. messages.Where(m => m.Record.Id is not null).Select(m => m.Record)], backoff, stop);
        }
        finally
        {
            await over.CancelAsync();
            await extending;
        }

        // They are on disk: also at a stop it is better that they do not come again.
        if (!taken) return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4), surroundings.Time);
        await subscription.AcknowledgeAsync(messages.Select(m => m.Ack), stop.IsCancellationRequested ? patience.Token : stop);
    }

    // While the journal cannot take them they shall not be sent to us again and again.
    private async Task ExtendAsync(Subscription subscription, IReadOnlyList<PubSubMessage> messages, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(ExtendEvery, surroundings.Time, over);
                await subscription.ExtendAsync(messages.Select(m => m.Ack), DeadlineSeconds, over);
                Progress.Note("deadlines extended", messages.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // They are taken.
        }
        catch (Exception e) when (CloudCalls.IsTheirs(e))
        {
            Progress.Failed("the deadline: " + e.Message);
        }
    }

    private string Advice(Exception e) => e is not ApiRefusedException refused ? e.Message : refused.Status switch
    {
        403 when refused.Error.Message.Contains("SERVICE_DISABLED", StringComparison.Ordinal) || refused.Error.Message.Contains("has not been used", StringComparison.Ordinal) => "the Pub/Sub API is not enabled in the project: gcloud services enable pubsub.googleapis.com",
        403 => $"we may not pull {input.Settings.Text("subscription")}: grant the service account the role Pub/Sub Subscriber (roles/pubsub.subscriber) on it",
        404 => $"there is no subscription {input.Settings.Text("subscription")}: gcloud pubsub subscriptions create NAME --topic TOPIC --ack-deadline 60",
        400 when refused.Error.Code == "FAILED_PRECONDITION" => $"the subscription cannot be pulled: {refused.Error.Message}",
        _ => e.Message,
    };

    private static PubSubTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var errors = bag.ErrorCount;
        GoogleKeys.Check(input.Settings, bag);
        AzureKeys.CheckAddress(input.Settings, "endpoint", bag);
        CheckName(input.Settings, bag);
        return bag.ErrorCount > errors ? null : new PubSubTransport(input, surroundings);
    }

    /// <summary>A subscription's name, whole.</summary>
    internal static void CheckName(SettingValues values, DiagnosticBag bag)
    {
        if (values.Text("subscription") is { } name && !NamePattern().IsMatch(name)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("subscription"), $"'{name}' is no subscription: projects/PROJECT/subscriptions/NAME.");
    }

    [GeneratedRegex("^projects/[a-z0-9.:-]{3,80}/subscriptions/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
