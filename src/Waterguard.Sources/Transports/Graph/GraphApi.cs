using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Graph;

/// <summary>One list of Microsoft Graph that grows.</summary>
/// <param name="Time">The property that is filtered by.</param>
/// <param name="Permission">What the application needs.</param>
/// <param name="Licence">What the tenant needs; null: nothing.</param>
internal sealed record GraphList(string Name, string Path, string Time, string? Source, string Permission, string? Licence)
{
    public static ImmutableArray<GraphList> All { get; } =
    [
        new("signIns", "v1.0/auditLogs/signIns", "createdDateTime", "azure.signinlogs", "AuditLog.Read.All", "Entra ID P1"),
        new("directoryAudits", "v1.0/auditLogs/directoryAudits", "activityDateTime", "azure.auditlogs", "AuditLog.Read.All", null),
        new("riskDetections", "v1.0/identityProtection/riskDetections", "detectedDateTime", "azure.riskdetection", "IdentityRiskEvent.Read.All", "Entra ID P2"),
        new("alerts", "v1.0/security/alerts_v2", "createdDateTime", "m365.defender", "SecurityAlert.Read.All", null),
    ];
}

/// <summary>Lists of Microsoft Graph, asked by time and followed page by page.</summary>
internal sealed class GraphApi : IPolledApi
{
    private const int PageSize = 500;
    private readonly CloudCalls _calls;
    private readonly Uri _endpoint;

    public GraphApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        _endpoint = AzureKeys.Endpoint(values, AzureKeys.Cloud(values).Graph);
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(_endpoint), AzureKeys.Tokens(values, _endpoint, surroundings), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        var wanted = values.Texts("lists");
        Streams = [.. GraphList.All.Where(l => wanted.IsEmpty ? l.Name is "signIns" or "directoryAudits" : wanted.Contains(l.Name)).Select(l => new PollStream(l.Name, l.Source)
        {
            Every = values.Duration("every"), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(15), Late = values.Duration("late"), Start = values.Duration("start"), Farthest = TimeSpan.FromDays(30),
        })];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _endpoint.Host;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        var list = ListOf(stream);
        for (var page = Address(list, from, to, PageSize); page is not null;)
        {
            using var answer = JsonParts.Parse((await _calls.GetAsync(page, cancel)).Body);
            yield return [.. answer.RootElement.Items("value").Select(item =>
            {
                var bytes = item.Bytes();
                return new PolledRecord(item.Text("id") ?? PolledRecord.IdOf(bytes), item.Time(list.Time) ?? to, bytes);
            })];
            var next = answer.RootElement.Text("@odata.nextLink");
            page = next is null ? null : new Uri(next);
        }
    }

    public string? Advice(PollStream stream, Exception refusal)
    {
        if (refusal is not ApiRefusedException { Status: 401 or 403 } refused) return null;
        var list = ListOf(stream);
        if (refused.Error.Code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant" || refused.Error.Message.Contains("premium license", StringComparison.OrdinalIgnoreCase))
        {
            return $"the tenant has no {list.Licence ?? "Entra ID P1"} licence, without which {list.Name} cannot be read; leave it out of 'lists', or read it from elsewhere";
        }

        return $"the application may not read {list.Name}: API permissions > Microsoft Graph > {list.Permission} (application), then Grant admin consent ({refused.Error.Code})";
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        var list = ListOf(stream);
        using var answer = JsonParts.Parse((await _calls.GetAsync(new Uri(_endpoint, $"{list.Path}?$top=1"), cancel)).Body);
        return PolledLook.At([.. answer.RootElement.Items("value").Select(i => i.Bytes())], probe, list.Name, $"{list.Name}: may be read; it has no entries yet");
    }

    public void Dispose() => _calls.Dispose();

    private static GraphList ListOf(PollStream stream) => GraphList.All.First(l => l.Name == stream.Name);

    private Uri Address(GraphList list, DateTimeOffset from, DateTimeOffset to, int size)
    {
        var filter = $"{list.Time} ge {JsonParts.Asked(from)} and {list.Time} lt {JsonParts.Asked(to)}";
        return new Uri(_endpoint, $"{list.Path}?$filter={Uri.EscapeDataString(filter)}&$top={size}");
    }
}
