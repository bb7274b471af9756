using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Google;

/// <summary>Who we are for Google.</summary>
/// <param name="ReadKey">Reads the service account's key (JSON) anew: it, or what is wrong. Null: the metadata service of the machine or pod says who we are.</param>
/// <param name="Subject">Whom to act for, with domain-wide delegation; null: for ourselves.</param>
/// <param name="Scopes">What the token is for.</param>
/// <param name="TokenAddress">Gives tokens; nobody else is asked, whatever the key says.</param>
public sealed record GoogleIdentity(Func<(string? Key, string? Problem)>? ReadKey, string? Subject, IReadOnlyList<string> Scopes, Uri TokenAddress);

/// <summary>Tokens of Google, by Google.Apis.Auth, which keeps and renews them.</summary>
public sealed class GoogleTokens(GoogleIdentity identity, HttpMessageHandler? inner = null) : IAccessTokens
{
    /// <summary>Where the public cloud gives tokens.</summary>
    public static readonly Uri PublicTokenAddress = new("https://oauth2.googleapis.com/token");

    private readonly Lock _lock = new();
    private GoogleCredential? _credential;

    /// <inheritdoc/>
    public async Task<string> TokenAsync(bool refused, CancellationToken cancel)
    {
        GoogleCredential credential;
        lock (_lock)
        {
            if (refused) _credential = null;
            credential = _credential ??= Make();
        }

        try
        {
            return await ((ITokenAccess)credential).GetAccessTokenForRequestAsync(null, cancel);
        }
        catch (TokenResponseException e)
        {
            lock (_lock) _credential = null;
            throw new CredentialException(Advice(e.Error?.Error ?? "", e.Error?.ErrorDescription ?? e.Message), e);
        }
        catch (InvalidOperationException e)
        {
            throw new CredentialException($"no token from Google: {e.Message}", e);
        }
    }

    private GoogleCredential Make()
    {
        if (identity.ReadKey is null) return GoogleCredential.FromComputeCredential(new ComputeCredential(new ComputeCredential.Initializer { Scopes = identity.Scopes, HttpClientFactory = Factory() }));
        var (key, problem) = identity.ReadKey();
        if (key is null) throw new CredentialException($"the service account's key is missing: {problem}");
        try
        {
            var given = CredentialFactory.FromJson<ServiceAccountCredential>(key);
            return GoogleCredential.FromServiceAccountCredential(new ServiceAccountCredential(new ServiceAccountCredential.Initializer(given.Id, identity.TokenAddress.AbsoluteUri)
            {
                // With scopes a signed token of our own would do for some APIs, but not with a subject: always ask.
                Key = given.Key, KeyId = given.KeyId, ProjectId = given.ProjectId, User = identity.Subject, Scopes = identity.Scopes, UseJwtAccessWithScopes = false, HttpClientFactory = Factory(),
            }));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or Newtonsoft.Json.JsonException)
        {
            throw new CredentialException("the key is not the JSON of a service account (IAM > Service accounts > Keys)", e);
        }
    }

    private GuardedFactory Factory() => new(AllowedHosts.Of(identity.TokenAddress, new Uri("http://169.254.169.254/"), new Uri("http://metadata.google.internal/")), inner);

    private string Advice(string code, string description) => code switch
    {
        "unauthorized_client" => $"Google refuses to let the service account act for {identity.Subject}: in the Admin console, Security > API controls > Domain-wide delegation, add its client id with the scopes {string.Join(", ", identity.Scopes)}",
        "invalid_grant" when description.Contains("JWT", StringComparison.OrdinalIgnoreCase) => $"Google refuses the service account's signature ({description}): is its key still there, and the clock of this machine right?",
        "invalid_grant" => $"Google refuses the subject {identity.Subject} ({description}): it must be a user of the domain who has signed in and may read reports",
        _ => $"no token from Google: {code} {description}",
    };

    private sealed class GuardedFactory(AllowedHosts hosts, HttpMessageHandler? inner) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new AllowedHostsHandler(hosts, inner ?? AllowedHostsHandler.Direct());
    }
}
