using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Workspace;

/// <summary>An application of the Reports API, and how late Google says that its events can be.</summary>
internal sealed record WorkspaceApplication(string Name, TimeSpan Late)
{
    public static ImmutableArray<WorkspaceApplication> All { get; } =
    [
        new("admin", TimeSpan.FromHours(2)), new("login", TimeSpan.FromHours(12)), new("token", TimeSpan.FromHours(12)), new("drive", TimeSpan.FromHours(2)), new("groups", TimeSpan.FromHours(2)),
        new("groups_enterprise", TimeSpan.FromHours(2)), new("user_accounts", TimeSpan.FromHours(2)), new("saml", TimeSpan.FromHours(2)), new("mobile", TimeSpan.FromHours(12)), new("rules", TimeSpan.FromHours(2)),
        new("gcp", TimeSpan.FromHours(2)), new("chat", TimeSpan.FromHours(2)), new("context_aware_access", TimeSpan.FromHours(2)), new("access_transparency", TimeSpan.FromHours(12)), new("gmail", TimeSpan.FromHours(4)), new("meet", TimeSpan.FromHours(4)), new("calendar", TimeSpan.FromHours(12)),
    ];
}

/// <summary>activities.list of the Admin SDK Reports API, newest first, as Google sends it.</summary>
internal sealed class WorkspaceApi : IPolledApi
{
    private readonly CloudCalls _calls;
    private readonly Uri _endpoint;
    private readonly string? _subject;

    public WorkspaceApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        _endpoint = AzureKeys.Endpoint(values, new Uri("https://admin.googleapis.com/"));
        _subject = values.Text("subject");
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(_endpoint), GoogleKeys.Tokens(values, _subject, surroundings, "https://www.googleapis.com/auth/admin.reports.audit.readonly"), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        var wanted = values.Texts("applications");
        Streams = [.. WorkspaceApplication.All.Where(a => wanted.IsEmpty ? a.Name is "admin" or "login" or "token" : wanted.Contains(a.Name)).Select(a => new PollStream(a.Name, "google_workspace.reports")
        {
            Every = values.Duration("every"), Step = TimeSpan.FromHours(6), Overlap = TimeSpan.FromMinutes(30), Late = a.Late, Start = values.Duration("start"), Farthest = TimeSpan.FromDays(180),
        })];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _endpoint.Host;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        var question = $"startTime={JsonParts.Asked(from)}&endTime={JsonParts.Asked(to)}&maxResults=1000";
        for (string? token = ""; token is not null;)
        {
            using var answer = JsonParts.Parse((await _calls.GetAsync(Address(stream, question, token), cancel)).Body);
            yield return [.. answer.RootElement.Items("items").Select(Record)];
            token = answer.RootElement.Text("nextPageToken") is { Length: > 0 } next ? next : null;
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Status switch
    {
        403 when refused.Error.Message.Contains("SERVICE_DISABLED", StringComparison.Ordinal) || refused.Error.Message.Contains("has not been used", StringComparison.Ordinal) => "the Admin SDK API is not enabled in the service account's project: gcloud services enable admin.googleapis.com",
        401 when _subject is null => "the Reports API wants an administrator: set 'subject' to one, and allow the service account domain-wide delegation for https://www.googleapis.com/auth/admin.reports.audit.readonly",
        401 or 403 => $"{_subject ?? "the service account"} may not read reports: give that user the administrator's privilege Reports (Admin console > Account > Admin roles)",
        400 => $"{stream.Name}: {refused.Error.Message}",
        _ => null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        using var answer = JsonParts.Parse((await _calls.GetAsync(Address(stream, "maxResults=1", ""), cancel)).Body);
        return PolledLook.At([.. answer.RootElement.Items("items").Select(i => i.Bytes())], probe, stream.Name, $"{stream.Name}: may be read; it has no events yet (some applications need an edition that has them)");
    }

    public void Dispose() => _calls.Dispose();

    private Uri Address(PollStream stream, string question, string token) =>
        new(_endpoint, $"admin/reports/v1/activity/users/all/applications/{stream.Name}?{question}{(token.Length > 0 ? "&pageToken=" + Uri.EscapeDataString(token) : "")}");

    // An activity is told by time, qualifier, application and customer together.
    private static PolledRecord Record(JsonElement item)
    {
        var (bytes, id) = (item.Bytes(), item.Part("id") ?? default);
        var name = id.Text("uniqueQualifier") is { } qualifier ? $"{id.Text("time")}|{qualifier}|{id.Text("applicationName")}|{id.Text("customerId")}" : PolledRecord.IdOf(bytes);
        return new PolledRecord(name, id.Time("time") ?? default, bytes);
    }
}
