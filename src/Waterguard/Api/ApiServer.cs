using Microsoft.AspNetCore.Builder;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routes;
using Waterguard.Api.Routing;
using Waterguard.Canaries;
using Waterguard.Platforms.OpenId;
using Waterguard.Sources.Transports.Http;
using Waterguard.Sources.Transports.PubSub;
using Waterguard.Storage;

namespace Waterguard.Api;

/// <summary>The API, put together: its parts, its routes, and what it does beside requests.</summary>
internal sealed class ApiServer : IDisposable
{
    private readonly ValidationBoard _validation;
    private readonly StrategyBoard _strategies;
    private readonly IncidentBoard _incidents;
    private readonly Escalation _escalation;
    private readonly OwnSuppressions _suppressions;
    private readonly SignInRoutes _signIn;
    private readonly OpenIdSignIn? _openId;
    private readonly Silences _silences;
    private readonly ArchiveRoutes _archive;
    private readonly InvestigationRoutes _investigation;
    private readonly ResponseDesk _responses;

    /// <exception cref="IOException">The token of the first run cannot be written.</exception>
    public ApiServer(ApiParts parts)
    {
        Parts = parts;
        Readers = new SlowReaders(parts.Time, parts.Log);
        var shelf = new DocumentShelf(parts.Documents, parts.Time);
        var accounts = new Accounts(shelf, parts.Time);
        var keys = new ApiKeys(shelf, parts.Time);
        var attempts = new Attempts(parts.Time);
        Access = new AccessControl(accounts, new Sessions(shelf, accounts, parts.Time), keys, parts.Configuration.Http?.Certificate is not null);
        if (parts.Configuration.Access is { } access) _openId = new OpenIdSignIn(access, new OpenIdProvider(new OpenIdTerms(access.Issuer, access.ClientId, () => access.ClientSecret?.Read(out _)), parts.Time), accounts, parts.Time);
        var work = new IncidentWork(parts, shelf);
        (_validation, _incidents, _suppressions, _silences) = (new ValidationBoard(parts), new IncidentBoard(parts, work), new OwnSuppressions(parts, shelf), new Silences(shelf, parts.Time));
        (_strategies, _escalation) = (new StrategyBoard(parts, _validation), new Escalation(parts, _incidents, work));
        _signIn = new SignInRoutes(Access, attempts, new FirstRun(parts.Configuration.Data, !accounts.Any, parts.Log), _openId, parts.Configuration.Access?.PublicAddress, shelf);
        (_archive, _investigation) = (new ArchiveRoutes(parts), new InvestigationRoutes(parts, _incidents));
        _responses = new ResponseDesk(parts);
        if (parts.Canaries is { } canaries) canaries.Changed = Told;
        Routes =
        [
            .. _signIn.Routes,
            .. new SessionRoutes(Access).Routes,
            .. new AdminRoutes(accounts, keys, shelf, parts.Time).Routes,
            .. new AlertRoutes(parts, _silences).Routes,
            .. new IncidentRoutes(parts, _incidents, work).Routes,
            .. new ResponseRoutes(_incidents, _responses, _strategies).Routes,
            .. new EvidenceRoutes(parts, _responses).Routes,
            .. new CanaryRoutes(parts, shelf).Routes,
            .. new StrategyRoutes(_strategies).Routes,
            .. new SuppressionRoutes(parts, _suppressions, new SuppressionPreview(parts, _validation), _silences, shelf).Routes,
            .. new ObservationRoutes(parts, new CensusView(parts), _validation, _strategies, shelf).Routes,
            .. _archive.Routes,
            .. _investigation.Routes,
            .. new StatusRoutes(parts, _incidents, _strategies, attempts, () => Routes!) { StillMay = StillMay }.Routes,
            .. new NotificationRoutes(Notifier = parts.NotifierFor(SilencedBy), parts.Outbox, _incidents, shelf).Routes,
            IngestRoutes.Of([.. parts.Inputs.OfType<HttpTransport>()], Access),
            PushRoutes.Of([.. parts.Inputs.OfType<PubSubPushTransport>()]),
        ];
    }

    public ApiParts Parts { get; }

    /// <summary>What tells people of incidents.</summary>
    public Notify.Notifier Notifier { get; private set; } = null!;

    public AccessControl Access { get; }

    /// <summary>Who does not read what was asked for.</summary>
    public SlowReaders Readers { get; }

    /// <summary>All routes: there are no others below <see cref="ApiRoute.Root"/>.</summary>
    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>Serves the routes.</summary>
    public void Map(WebApplication app)
    {
        var dispatcher = new Dispatcher(Access, Parts.Log);
        foreach (var route in Routes) app.MapMethods(ApiRoute.Root + route.Path, route.Method == "GET" ? ["GET", "HEAD"] : [route.Method], context => dispatcher.RunAsync(route, context));
    }

    /// <summary>An alert is new, or has become another.</summary>
    public void Told(StoredAlert alert)
    {
        var summary = StoredAlertReading.Summary(alert);
        summary["silenced_by"] = SilencedBy(summary);
        Parts.Events.Tell("alert", summary);
    }

    /// <summary>A canary stands otherwise than before: so may the strategies that look at its source.</summary>
    private void Told(CanaryState canary)
    {
        Parts.Events.Tell("state", new() { ["what"] = "canary", ["canary"] = canary.Canary.Name, ["state"] = canary.FateName });
        _strategies.Hurry();
    }

    /// <summary>What goes on beside requests, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            _suppressions.Align();
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            Parts.Log.Warn("the files of own suppressions could not be made what the store says", ("error", e.Message));
        }

        await Task.WhenAll(Task.Run(() => _strategies.RunAsync(stop), CancellationToken.None), Task.Run(() => _escalation.RunAsync(stop), CancellationToken.None), Task.Run(() => Notifier.RunAsync(stop), CancellationToken.None),
            Task.Run(() => _responses.RunAsync(stop), CancellationToken.None), Task.Run(() => new InputWatch(Parts.Inputs, Parts.Events, Parts.Time).RunAsync(stop), CancellationToken.None));
        _validation.Dispose();
    }

    public void Dispose()
    {
        _validation.Dispose();
        Notifier.Dispose();
        _signIn.Dispose();
        _openId?.Dispose();
        _archive.Dispose();
        _investigation.Dispose();
    }

    // Judging does not stop because a silence cannot be read.
    private string? SilencedBy(System.Text.Json.Nodes.JsonObject summary) => SilencedBy(summary, Parts.Time.GetUtcNow());

    private string? SilencedBy(System.Text.Json.Nodes.JsonObject summary, DateTimeOffset now)
    {
        try
        {
            return _silences.Find(summary, now);
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }

    private bool StillMay(Exchange exchange)
    {
        try
        {
            return Access.Identify(exchange.Context) is { Role: not null } caller && caller.Name == exchange.Caller.Name;
        }
        catch (RefusedException)
        {
            return false;
        }
    }
}
