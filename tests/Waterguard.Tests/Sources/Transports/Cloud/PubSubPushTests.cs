using System.Security.Cryptography;
using System.Text;
using Waterguard.Platforms.Google;
using Waterguard.Sources.Transports;
using Waterguard.Sources.Transports.Http;
using Waterguard.Sources.Transports.PubSub;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>What is pushed, and who may push.</summary>
public sealed class PubSubPushTests
{
    public static TheoryData<string, string> Forged => new()
    {
        { "audience", "another audience" }, { "expired", "has expired" }, { "future", "of the future" }, { "issuer", "not issued by Google" }, { "account", "of another account" },
        { "unverified", "is not verified" }, { "key", "the signature is false" }, { "changed", "the signature is false" }, { "unknown", "a key that Google does not have" },
        { "none", "not signed with RS256" }, { "hmac", "not signed with RS256" }, { "no token", "no signed token" }, { "text", "no signed token" }, { "broken", "no JSON web token" },
    };

    [Theory]
    [MemberData(nameof(Forged))]
    public async Task A_token_that_is_not_googles_for_us_of_the_right_account_and_valid_now_is_refused(string how, string reason)
    {
        await using var server = await KeysServer.StartAsync();
        var time = new FakeTime();
        var now = time.GetUtcNow();
        using var other = RSA.Create(2048);
        var good = server.Sign(now);
        var token = how switch
        {
            "audience" => server.Sign(now, c => c["aud"] = "https://other.example"),
            "expired" => server.Sign(now, c => c["exp"] = now.AddMinutes(-2).ToUnixTimeSeconds()),
            "future" => server.Sign(now, c => c["iat"] = now.AddMinutes(10).ToUnixTimeSeconds()),
            "issuer" => server.Sign(now, c => c["iss"] = "https://evil.example"),
            "account" => server.Sign(now, c => c["email"] = "other@harbour.iam.gserviceaccount.com"),
            "unverified" => server.Sign(now, c => c["email_verified"] = false),
            "key" => server.Sign(now, with: other),
            "changed" => string.Join('.', good.Split('.')[0], server.Sign(now, c => c["exp"] = now.AddYears(9).ToUnixTimeSeconds()).Split('.')[1], good.Split('.')[2]),
            "unknown" => server.Sign(now, key: "k9", with: other),
            "none" => server.Sign(now, algorithm: "none"),
            "hmac" => server.Sign(now, algorithm: "HS256"),
            "text" => "not-a-token",
            "broken" => "a.b.c",
            _ => null,
        };
        using var tokens = new IdentityTokens(new IdentityTerms(KeysServer.Audience, KeysServer.Caller, server.Certificates), time);

        Assert.Equal(TokenOutcome.Good, (await tokens.VerifyAsync(good, TestContext.Current.CancellationToken)).Outcome);
        time.Advance(TimeSpan.FromMinutes(1));
        var verdict = await tokens.VerifyAsync(token, TestContext.Current.CancellationToken);
        Assert.Equal(TokenOutcome.Refused, verdict.Outcome);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_keys_are_fetched_when_they_are_needed_and_not_for_every_invented_name()
    {
        await using var server = await KeysServer.StartAsync();
        var time = new FakeTime();
        using var tokens = new IdentityTokens(new IdentityTerms(KeysServer.Audience, KeysServer.Caller, server.Certificates), time);
        Task<TokenVerdict> Verify(string token) => tokens.VerifyAsync(token, TestContext.Current.CancellationToken);

        for (var i = 0; i < 20; i++) Assert.Equal(TokenOutcome.Good, (await Verify(server.Sign(time.GetUtcNow()))).Outcome);
        for (var i = 0; i < 20; i++) await Verify(server.Sign(time.GetUtcNow(), key: $"invented{i}"));
        Assert.Single(server.Requests);

        server.Turn("k2");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(TokenOutcome.Good, (await Verify(server.Sign(time.GetUtcNow()))).Outcome);
        Assert.Equal(2, server.Requests.Count);

        // While Google cannot be asked, known keys serve for a day; an unknown one cannot be judged.
        time.Advance(TimeSpan.FromHours(2));
        server.Fail("certs", 503);
        Assert.Equal(TokenOutcome.Good, (await Verify(server.Sign(time.GetUtcNow()))).Outcome);
        Assert.Equal(TokenOutcome.Undecided, (await Verify(server.Sign(time.GetUtcNow(), key: "k3"))).Outcome);
        time.Advance(TimeSpan.FromDays(2));
        server.Fail("certs", 503);
        Assert.Equal(TokenOutcome.Undecided, (await Verify(server.Sign(time.GetUtcNow()))).Outcome);
    }

    [Fact]
    public async Task Both_forms_are_taken_once_however_often_they_come_and_every_record_is_counted()
    {
        using var run = new CloudRun();
        await using var server = await KeysServer.StartAsync();
        await using var running = run.Start(server.Settings());
        var push = (PubSubPushTransport)running.Transport;
        await Until.True(async () => (await Send(push, run, "", [])).Status != 503, "it takes pushes");

        Assert.Equal((202, 1, false), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), KeysServer.Envelope("1", "{\"a\":1}"))));
        Assert.Equal((202, 1, true), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), KeysServer.Envelope("1", "{\"a\":1}"))));
        Assert.Equal((202, 2, false), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), "{\"a\":2}\n{\"a\":3}\n"u8.ToArray(), "2", PubSubServer.Name)));
        Assert.Equal((202, 2, true), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), "{\"a\":2}\n{\"a\":3}\n"u8.ToArray(), "2", PubSubServer.Name)));
        // Nothing usable is no reason to have it sent for a week.
        Assert.Equal((202, 0, false), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), KeysServer.Envelope("3", "{\"a\":"))));
        Assert.Equal((202, 0, false), Of(await Send(push, run, server.Sign(run.Time.GetUtcNow()), KeysServer.Envelope("4", ""))));

        Assert.Equal(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"], run.Sink.Records);
        var progress = push.Progress.Snapshot();
        Assert.Equal((3, 3, 1), (progress.Accepted, progress.Duplicates, progress.Rejected.Values.Sum()));
        Assert.Equal(progress.Read, progress.Accepted + progress.Duplicates + progress.Rejected.Values.Sum() + progress.Dropped);
    }

    [Fact]
    public async Task While_the_journal_cannot_take_a_message_it_is_not_acknowledged()
    {
        using var run = new CloudRun();
        await using var server = await KeysServer.StartAsync();
        await using var running = run.Start(server.Settings());
        var push = (PubSubPushTransport)running.Transport;
        await Until.True(async () => (await Send(push, run, "", [])).Status != 503, "it takes pushes");
        var token = server.Sign(run.Time.GetUtcNow());

        run.Sink.Answer = Delivery.Full;
        Assert.Equal((429, 5), With(await Send(push, run, token, KeysServer.Envelope("1", "{\"a\":1}"))));
        run.Sink.Answer = Delivery.Unavailable;
        Assert.Equal((503, 30), With(await Send(push, run, token, KeysServer.Envelope("1", "{\"a\":1}"))));
        run.Sink.Answer = Delivery.Accepted;
        Assert.Equal((202, 0), With(await Send(push, run, token, KeysServer.Envelope("1", "{\"a\":1}"))));
        Assert.Equal(["{\"a\":1}"], run.Sink.Records);
        Assert.Equal(1, push.Progress.Snapshot().Read);

        static (int, int) With(IngestAnswer answer) => (answer.Status, answer.RetryAfter);
    }

    [Fact]
    public async Task A_check_says_what_to_set_at_the_subscription_and_whether_tokens_can_be_verified()
    {
        using var run = new CloudRun();
        await using var server = await KeysServer.StartAsync();
        async Task<IReadOnlyList<InputFinding>> CheckAsync(string settings) => await run.Transport(settings).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);

        var good = await CheckAsync(server.Settings());
        Assert.DoesNotContain(good, f => f.Missing);
        Assert.Contains(good, f => f.Text.Contains($"gcloud pubsub subscriptions update {PubSubServer.Name} --push-endpoint https://HOST/api/v1/pubsub/in --push-auth-service-account {KeysServer.Caller} --push-auth-token-audience {KeysServer.Audience}", StringComparison.Ordinal));
        server.Fail("certs", 403);
        Assert.Contains(await CheckAsync(server.Settings()), f => f.Missing && f.Text.Contains("let this machine reach it", StringComparison.Ordinal));
        Assert.Contains(await CheckAsync($"transport: pubsub-push, subscription: {PubSubServer.Name}, key: env:WATERGUARD_NO_SUCH_KEY"), f => f.Missing && f.Text.Contains("WATERGUARD_NO_SUCH_KEY is not set", StringComparison.Ordinal));
    }

    private static (int, int, bool) Of(IngestAnswer answer) => (answer.Status, answer.Records, answer.IsRepeat);

    private static Task<IngestAnswer> Send(PubSubPushTransport push, CloudRun run, string token, byte[] body, string? id = null, string? subscription = null) =>
        push.ReceiveAsync(new PushRequest(new MemoryStream(body), null, token, "127.0.0.1") { MessageId = id, Subscription = subscription, PublishTime = run.Time.GetUtcNow().ToString("O") }, TestContext.Current.CancellationToken);
}
