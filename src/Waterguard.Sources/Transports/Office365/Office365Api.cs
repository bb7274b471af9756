using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Office365;

/// <summary>The Office 365 Management Activity API: lists contents by the time of their making, and fetches each that was not fetched before.</summary>
internal sealed class Office365Api : IPolledApi
{
    private const int AtOnce = 4;
    private const int Together = 16;
    private readonly CloudCalls _calls;
    private readonly TransportProgress _progress;
    private readonly string _tenant;
    private readonly string _publisher;
    private readonly Uri _feed;

    public Office365Api(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        var endpoint = AzureKeys.Endpoint(values, AzureKeys.Cloud(values).Office);
        (_progress, _tenant) = (progress, values.Text("tenant") ?? "");
        _publisher = values.Text("publisher") ?? _tenant;
        _feed = new Uri(endpoint, $"api/v1.0/{Uri.EscapeDataString(_tenant)}/activity/feed/");
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(endpoint), AzureKeys.Tokens(values, endpoint, surroundings), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        var types = values.Texts("content");
        Streams = [.. (types.Length == 0 ? Office365Settings.ContentTypes.Where(t => t.StartsWith("Audit.", StringComparison.Ordinal)) : types).Select(type => new PollStream(type, "m365.audit")
        {
            // 24 hours are allowed, and exactly 24 sometimes refused.
            Step = TimeSpan.FromHours(23), Every = values.Duration("every"), Overlap = TimeSpan.FromMinutes(10), Late = values.Duration("late"), Start = values.Duration("start"), Repeats = TimeSpan.FromDays(7), Farthest = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(30),
        })];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _feed.Host;

    public async Task PrepareAsync(PollStream stream, CancellationToken cancel)
    {
        // To start again what is started is refused, and asked too often it is throttled: look first.
        using var list = JsonParts.Parse((await _calls.GetAsync(Address("subscriptions/list"), cancel)).Body);
        if (list.RootElement.ValueKind == JsonValueKind.Array && list.RootElement.EnumerateArray().Any(s => s.Text("contentType") == stream.Name && s.Text("status") == "enabled")) return;
        try
        {
            await _calls.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Address($"subscriptions/start?contentType={stream.Name}")) { Content = new ByteArrayContent([]) }, cancel);
            _progress.Note("subscriptions started");
        }
        catch (ApiRefusedException e) when (e.Error.Code == "AF20024")
        {
            // Enabled already: what was wanted.
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        Uri? page = Address($"subscriptions/content?contentType={stream.Name}&startTime={Second(from)}&endTime={Second(to.AddSeconds(1))}");
        while (page is not null)
        {
            var answer = await _calls.GetAsync(page, cancel);
            using var contents = JsonParts.Parse(answer.Body);
            var wanted = contents.RootElement.ValueKind == JsonValueKind.Array ? contents.RootElement.EnumerateArray().Select(c => Content.Of(c)).OfType<Content>().Where(c => !known.Knows(c.Marker, c.Created)).ToArray() : [];
            foreach (var some in wanted.Chunk(Together)) yield return await FetchAsync(some, cancel);
            page = answer.Header("NextPageUri") is { } next ? WithPublisher(new Uri(next)) : null;
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Error.Code switch
    {
        "AF20022" or "AF20023" => $"the subscription is off ({refused.Error.Code}); it is started anew",
        "AF10001" => "the application may not read the activity feed: API permissions > Office 365 Management APIs > ActivityFeed.Read (application), then Grant admin consent; for DLP.All ActivityFeed.ReadDlp too",
        "AF20012" or "AF20010" or "AF20011" => $"tenant {_tenant} is not known to the API ({refused.Error.Code}): correct 'tenant'; in another cloud correct 'endpoint' (GCC has manage-gcc.office.com). A new tenant's audit log must be on (Purview > Audit > Start recording)",
        "AF20055" or "AF20030" => $"the API refuses the span of time ({refused.Error.Code}): is the clock of this machine right?",
        "AF429" => "the tenant's quota of requests is used up; set 'publisher' to your own tenant's id, so that it is not shared",
        _ when refused.Status == 401 => $"the API does not accept the token ({refused.Error.Message}): is it for this cloud and tenant, and did an administrator consent?",
        _ when refused.Error.Message.Contains("audit", StringComparison.OrdinalIgnoreCase) => $"{refused.Error.Message} Switch the audit log on: Purview > Audit > Start recording (Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true)",
        _ => null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        using var list = JsonParts.Parse((await _calls.GetAsync(Address("subscriptions/list"), cancel)).Body);
        var mine = list.RootElement.ValueKind == JsonValueKind.Array ? list.RootElement.EnumerateArray().FirstOrDefault(s => s.Text("contentType") == stream.Name) : default;
        return mine.Text("status") == "enabled"
            ? [InputFinding.Says($"{stream.Name}: the subscription is on")]
            : [InputFinding.Says($"{stream.Name}: there is no subscription yet; the service starts it. The first contents can take 12 hours. The audit log itself must be on (Purview > Audit)")];
    }

    public void Dispose() => _calls.Dispose();

    private async Task<IReadOnlyList<PolledRecord>> FetchAsync(Content[] contents, CancellationToken cancel)
    {
        var fetched = new IReadOnlyList<PolledRecord>[contents.Length];
        await Parallel.ForAsync(0, contents.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, _) => fetched[i] = await FetchAsync(contents[i], cancel));
        return [.. fetched.SelectMany(f => f)];
    }

    private async Task<IReadOnlyList<PolledRecord>> FetchAsync(Content content, CancellationToken cancel)
    {
        var marker = new PolledRecord(content.Marker, content.Created, default);
        try
        {
            var body = (await _calls.GetAsync(WithPublisher(content.Address), cancel)).Body;
            using var records = JsonParts.Parse(body);
            if (records.RootElement.ValueKind != JsonValueKind.Array) throw new JsonException("a content is no list");
            return [.. records.RootElement.EnumerateArray().Select(r => Record(r, content)), marker];
        }
        catch (ApiRefusedException e) when (e.Error.Code is "AF20050" or "AF20051" || e.Status == 404)
        {
            // Nobody gets it any more.
            _progress.Note("contents that had expired");
            return [marker];
        }
        catch (Exception e) when (e is JsonException or AnswerTooLargeException)
        {
            _progress.Note("contents that cannot be read");
            _progress.Failed($"a content cannot be read: {e.Message}");
            return [marker];
        }
    }

    private static PolledRecord Record(JsonElement record, Content content)
    {
        var bytes = record.Bytes();
        return new PolledRecord(record.Text("Id") ?? PolledRecord.IdOf(bytes), record.Time("CreationTime") ?? content.Created, bytes);
    }

    private Uri Address(string path) => WithPublisher(new Uri(_feed, path));

    // Without it the quota is that of all who do not say who they are.
    private Uri WithPublisher(Uri address) => address.Query.Contains("PublisherIdentifier=", StringComparison.OrdinalIgnoreCase) || _publisher.Length == 0 ? address
        : new Uri(address.AbsoluteUri + (address.Query.Length > 0 ? "&" : "?") + "PublisherIdentifier=" + Uri.EscapeDataString(_publisher));

    private static string Second(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);

    private sealed record Content(string Id, Uri Address, DateTimeOffset Created)
    {
        public string Marker => "content:" + Id;

        public static Content? Of(JsonElement item) =>
            item.Text("contentId") is { } id && Uri.TryCreate(item.Text("contentUri"), UriKind.Absolute, out var address) && item.Time("contentCreated") is { } created ? new Content(id, address, created) : null;
    }
}
