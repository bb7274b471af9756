using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Api;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Storage;
using Waterguard.Storage.Journals;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Tests.Api;

/// <summary>The whole API on a real port and a real store, with a clock of the test's own; nothing is judged.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Password = "a long enough passphrase";

    private static readonly Lazy<Generation> s_generation = new(() => GenerationLoader.Load(ContentOptions.Default with { Examples = false }));
    private readonly TemporaryFolder _folder;
    private readonly Journal _journal;
    private readonly EvidenceFiles _evidence;
    private readonly StringWriter _log;
    private readonly ServiceLog _serviceLog;
    private readonly HttpInterface _http;

    private ApiHost(TemporaryFolder folder, FakeTime time, Journal journal, EvidenceFiles evidence, StringWriter log, ServiceLog serviceLog, Waterguard.Storage.Sql.SqlStore store, ApiServer api, HttpInterface http)
    {
        (_folder, Time, _journal, _evidence, _log, _serviceLog, Store, Server, _http) = (folder, time, journal, evidence, log, serviceLog, store, api, http);
        Client = NewClient();
    }

    public FakeTime Time { get; }

    public Waterguard.Storage.Sql.SqlStore Store { get; }

    public ApiServer Server { get; }

    public HttpClient Client { get; }

    public Uri Address => new(_http.Address);

    private Waterguard.Metrics.ServiceMeter? Meter { get; init; }

    public string Data => Path.Combine(_folder.Path, "data");

    public string Log => _log.ToString();

    /// <summary>The token of the first run.</summary>
    public string Token => File.ReadAllText(Path.Combine(Data, "first-run-token")).Trim();

    public static async Task<ApiHost> StartAsync(string more = "")
    {
        var folder = Repository.Folder();
        var bag = new DiagnosticBag();
        var text = $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', rate: 100000, burst: 100000}}\ninputs: []\n" + more;
        if (more.StartsWith("http:", StringComparison.Ordinal)) text = $"data: '{folder.Path}/data'\ninputs: []\n" + more;
        var configuration = ServiceConfiguration.Load("w.yaml", Encoding.UTF8.GetBytes(text), bag) ?? throw new InvalidOperationException(string.Join('\n', bag.ToSorted()));
        Directory.CreateDirectory(configuration.Data);
        var (time, writer) = (new FakeTime(), new StringWriter());
        var log = new ServiceLog(time, TextWriter.Synchronized(writer));
        var journal = Journal.Open(configuration.Data, new JournalOptions { MaxBytes = 1 << 20 }, time);
        var evidence = new EvidenceFiles(configuration.Data, 1 << 20);
        var store = SqliteStore.Open(configuration.Data);
        var judgement = new LiveJudgement(s_generation.Value, configuration, journal, store, evidence, _ => { }, time);
        var api = new ApiServer(new ApiParts(configuration, [], store, store, store, store, judgement, journal, () => Task.FromResult<string?>(null), time, log) { Generation = s_generation.Value, Outbox = store, Canaries = new Waterguard.Canaries.CanaryBoard(configuration.Canaries, time, log) });
        var meter = new Waterguard.Metrics.ServiceMeter();
        var http = await HttpInterface.StartAsync(configuration.Http!, api, () => Task.FromResult<string?>(null), log, meter);
        return new ApiHost(folder, time, journal, evidence, writer, log, store, api, http);
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A key that may do what a role may.</summary>
    public string KeyOf(Role role) => Server.Access.Keys.Add(role.Name(), [ApiKeys.Scopes[(int)role]], null, Caller.Service).Secret;

    /// <summary>An account, signed in: its cookie, and the token of changing requests.</summary>
    public async Task<(string Cookie, string Csrf)> SignInAsync(Role role, string? name = null)
    {
        name ??= role.Name() + "-1";
        if (Server.Access.Accounts.Find(name) is null) Server.Access.Accounts.Add(name, "", role, Password, Caller.Service, "account.made");
        var (response, body) = await SendAsync("POST", "sessions", new JsonObject { ["name"] = name, ["password"] = Password });
        if (response.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(body?.ToJsonString());
        return (response.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]).Last(c => c.StartsWith("waterguard=", StringComparison.Ordinal)), body!["csrf"]!.GetValue<string>());
    }

    /// <summary>One request below <c>/api/v1/</c>.</summary>
    public async Task<(HttpResponseMessage Response, JsonNode? Body)> SendAsync(string method, string path, JsonNode? body = null, string? key = null, (string Cookie, string Csrf)? session = null, Action<HttpRequestMessage>? also = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, "api/v1/" + path));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (session is var (cookie, csrf))
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
            if (csrf.Length > 0) request.Headers.TryAddWithoutValidation(AccessControl.CsrfHeader, csrf);
        }

        also?.Invoke(request);
        var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json";
        return (response, isJson && text.Length > 0 ? JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = 1024 }) : null);
    }

    /// <summary>Stores an alert of a pod.</summary>
    public void AddAlert(string id, string pod = "default/web", string level = "high", string title = "A pod was made", DateTimeOffset? time = null, string rule = "11111111-1111-4111-8111-111111111111", string? container = null)
    {
        var at = time ?? Time.GetUtcNow();
        var entities = new JsonObject();
        foreach (var kind in Waterguard.Alerting.Alert.EntityKinds) entities[kind] = kind == "pod" ? new JsonArray(pod) : kind == "container" && container is not null ? new JsonArray(container) : new JsonArray();
        var json = new JsonObject
        {
            ["id"] = id, ["time"] = Waterguard.Alerting.Output.AlertJson.Time(at), ["title"] = title, ["level"] = level, ["risk"] = 73, ["rule"] = new JsonObject { ["id"] = rule, ["name"] = "a_rule", ["kind"] = "rule" }, ["strategy"] = "container-runtime-evasion",
            ["attack"] = new JsonArray("T1610"), ["reason"] = $"{pod} was made", ["revision"] = 1, ["status"] = "open", ["superseded_by"] = null, ["group"] = new JsonObject(), ["window"] = null, ["entities"] = entities, ["event_count"] = 1,
            ["events"] = new JsonArray(new JsonObject { ["source"] = "kubernetes.audit", ["file"] = "a.log", ["line"] = 1, ["time"] = Waterguard.Alerting.Output.AlertJson.Time(at), ["raw"] = new JsonObject { ["kind"] = "Event", ["apiVersion"] = "audit.k8s.io/v1", ["auditID"] = id, ["verb"] = "create" } }), ["suppressed_by"] = null,
        };
        var word = Enum.Parse<Waterguard.Sigma.Level>(level, ignoreCase: true);
        var stored = new StoredAlert(id, at, (int)word, rule, Encoding.UTF8.GetBytes(json.ToJsonString()));
        Store.Commit("test", Store.ConsumedOf("test") + 1, [stored], _ => { });
        Server.Told(stored);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Server.Parts.Events.Close();
        await _http.StopAsync(TimeSpan.FromSeconds(5));
        await _http.DisposeAsync();
        Meter?.Dispose();
        Server.Dispose();
        Store.Dispose();
        _evidence.Dispose();
        await _journal.DisposeAsync();
        _serviceLog.Dispose();
        await _log.DisposeAsync();
        _folder.Dispose();
    }
}
