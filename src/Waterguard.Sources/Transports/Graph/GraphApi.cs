using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Graph;

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
            Every = l.Inside is null ? values.Duration("every") : TimeSpan.FromHours(1), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(15), Late = l.Inside is null ? values.Duration("late") : TimeSpan.Zero, Start = values.Duration("start"), Farthest = TimeSpan.FromDays(30),
        })];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _endpoint.Host;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        var list = ListOf(stream);
        if (list.Inside is null)
        {
            await foreach (var items in PagesAsync(Address(list, from, to), cancel)) yield return [.. items.Select(item => Record(item, item.Time(list.Time) ?? to))];
            yield break;
        }

        var parents = new List<string>();
        await foreach (var items in PagesAsync(Address(list, from, to), cancel)) parents.AddRange(items.Where(i => i.Part("incidentCount") is not { ValueKind: JsonValueKind.Number } count || count.GetDouble() > 0).Select(i => i.Text("id")).OfType<string>());
        foreach (var parent in parents)
        {
            // Such a list has no order by time and stays as it is: what was seen is remembered for good, and not by its time.
            await foreach (var items in PagesAsync(new Uri(_endpoint, $"{list.Path}/{Uri.EscapeDataString(parent)}/{list.Inside}"), cancel)) yield return [.. items.Select(i => Record(i, DateTimeOffset.UnixEpoch))];
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<JsonElement>> PagesAsync(Uri first, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var page = first; page is not null;)
        {
            using var answer = JsonParts.Parse((await _calls.GetAsync(page, cancel)).Body);
            yield return [.. answer.RootElement.Items("value")];
            var next = answer.RootElement.Text("@odata.nextLink");
            page = next is null ? null : new Uri(next);
        }
    }

    private static PolledRecord Record(JsonElement item, DateTimeOffset time)
    {
        var bytes = item.Bytes();
        return new PolledRecord(item.Text("id") ?? PolledRecord.IdOf(bytes), time, bytes);
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
        using var answer = JsonParts.Parse((await _calls.GetAsync(new Uri(_endpoint, list.Only is null ? $"{list.Path}?$top=1" : $"{list.Path}?$filter={Uri.EscapeDataString(list.Only)}{(list.Inside is null ? "&$top=1" : "")}"), cancel)).Body);
        if (list.Inside is not null) return [InputFinding.Says($"{list.Name}: may be read")];
        return PolledLook.At([.. answer.RootElement.Items("value").Select(i => i.Bytes())], probe, list.Name, $"{list.Name}: may be read; it has no entries yet");
    }

    public void Dispose() => _calls.Dispose();

    private static GraphList ListOf(PollStream stream) => GraphList.All.First(l => l.Name == stream.Name);

    // Sign-ins can be compared with ge and le only. What two spans share is told by its id.
    private Uri Address(GraphList list, DateTimeOffset from, DateTimeOffset to)
    {
        if (list.Inside is not null) return new Uri(_endpoint, $"{list.Path}?$filter={Uri.EscapeDataString(list.Only!)}");
        var filter = $"{list.Time} ge {JsonParts.Asked(from)} and {list.Time} le {JsonParts.Asked(to)}{(list.Only is null ? "" : " and " + list.Only)}";
        return new Uri(_endpoint, $"{list.Path}?$filter={Uri.EscapeDataString(filter)}&$top={PageSize}");
    }
}
