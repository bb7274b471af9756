using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Storage;
using Waterguard.Tests.Api;

namespace Waterguard.Tests.Notify;

/// <summary>The API with a store and channels that lead to a receiver; told step by step.</summary>
internal sealed class NotifyHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private NotifyHost(TemporaryFolder folder, Receiver receiver, ApiHost api) => (_folder, Receiver, Api) = (folder, receiver, api);

    public Receiver Receiver { get; }

    public ApiHost Api { get; }

    public FakeTime Time => Api.Time;

    /// <summary>A generic channel <c>hook</c>, another one <c>pager</c> that is a template, and routes of the test's own.</summary>
    public static async Task<NotifyHost> StartAsync(string routes, string more = "", string hook = "", string allow = "127.0.0.1")
    {
        var folder = Repository.Folder();
        var receiver = await Receiver.StartAsync();
        var (secret, pager) = (folder.Write("secret", "a secret of ours"), folder.Write("pager", receiver.Address + "pager"));
        var api = await ApiHost.StartAsync($"outbound: {{allow: [{allow}]}}\n{more}notify:\n  public_url: https://waterguard.example.org\n  channels:\n    - {{name: hook, kind: webhook, url: '{receiver.Address}hook', secret: 'file:{secret}'{hook}}}\n    - {{name: pager, kind: pager, url: 'file:{pager}'}}\n{routes}");
        return new NotifyHost(folder, receiver, api);
    }

    /// <summary>Decides and delivers until nothing more is due now.</summary>
    public async Task StepAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Api.Server.Notifier.StepAsync(CancellationToken.None);
            await Api.Server.Notifier.SettleAsync();
        }
    }

    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await StepAsync();
    }

    public string Incident(string pod = "default/web") => Api.Store.Find(new IncidentQuery { Entity = new StoredEntity("pod", pod) }).Single().Id;

    /// <summary>What the API says of an incident's notifications: kind, channel, state.</summary>
    public async Task<JsonNode[]> SaidAsync(string pod = "default/web") =>
        [.. (await Api.SendAsync("GET", $"incidents/{Incident(pod)}/notifications", key: Api.KeyOf(Role.Viewer))).Body!["items"]!.AsArray().Select(n => n!)];

    public async Task<JsonNode> ChangeAsync(string body, string pod = "default/web") =>
        (await Api.SendAsync("PATCH", $"incidents/{Incident(pod)}", JsonNode.Parse(body), Api.KeyOf(Role.Analyst), also: r => r.Headers.TryAddWithoutValidation("If-Match", "*"))).Body!;

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Receiver.DisposeAsync();
        _folder.Dispose();
    }
}
