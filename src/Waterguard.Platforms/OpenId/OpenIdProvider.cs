using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Waterguard.Platforms.Google;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.OpenId;

/// <summary>Who vouches for people, and as whom we ask.</summary>
/// <param name="Issuer">Without the well-known path; in clear text only on this machine.</param>
/// <param name="Secret">Reads the client's secret; null: a public client.</param>
public sealed record OpenIdTerms(Uri Issuer, string ClientId, Func<string?> Secret);

/// <summary>A sign-in under way: what the browser is sent with, and what its return must fit.</summary>
/// <param name="Verifier">Only we know it until the code is redeemed (PKCE).</param>
public sealed record OpenIdTrip(string State, string Nonce, string Verifier, Uri Return)
{
    /// <summary>A new one: 256 random bits each.</summary>
    public static OpenIdTrip Make(Uri back) => new(Random(), Random(), Random(), back);

    internal string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}

/// <summary>Nobody was signed in; the message says why, and holds no secret.</summary>
public sealed class OpenIdException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Signs people in by OpenID Connect: authorisation code with PKCE, state and nonce; ID tokens signed with RS256 by a key that the provider tells. Thread-safe.</summary>
public sealed class OpenIdProvider(OpenIdTerms terms, TimeProvider time, HttpMessageHandler? inner = null) : IDisposable
{
    private const int MostBytes = 1 << 20;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What a provider says of itself holds for so long; then it is asked again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(24);

    // Whoever sends tokens with invented keys shall not make us ask again and again.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _asking = new(1);
    private Endpoints? _endpoints;
    private Endpoints? _retired;
    private DateTimeOffset _told = DateTimeOffset.MinValue;
    private DateTimeOffset _asked = DateTimeOffset.MinValue;

    /// <summary>Where a browser is sent.</summary>
    /// <exception cref="OpenIdException">The provider cannot be asked, or does not say where.</exception>
    public async Task<Uri> SendToAsync(OpenIdTrip trip, CancellationToken cancel)
    {
        var endpoints = await EndpointsAsync(cancel);
        (string, string)[] query =
        [
            ("response_type", "code"), ("client_id", terms.ClientId), ("redirect_uri", trip.Return.AbsoluteUri), ("scope", "openid profile email"), ("state", trip.State), ("nonce", trip.Nonce), ("code_challenge", trip.Challenge),
            ("code_challenge_method", "S256"),
        ];
        var text = string.Join('&', query.Select(q => $"{q.Item1}={Uri.EscapeDataString(q.Item2)}"));
        return new UriBuilder(endpoints.Authorise) { Query = endpoints.Authorise.Query.Length > 1 ? endpoints.Authorise.Query[1..] + "&" + text : text }.Uri;
    }

    /// <summary>Redeems the code that a browser came back with; gives the claims of whom the provider vouches for.</summary>
    /// <exception cref="OpenIdException">It does not vouch for anybody.</exception>
    public async Task<JsonElement> RedeemAsync(OpenIdTrip trip, string code, CancellationToken cancel)
    {
        var endpoints = await EndpointsAsync(cancel);
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = trip.Return.AbsoluteUri, ["client_id"] = terms.ClientId, ["code_verifier"] = trip.Verifier,
        };
        if (terms.Secret() is { } secret) form["client_secret"] = secret;
        var answer = await AskAsync(endpoints.Client, () => new HttpRequestMessage(HttpMethod.Post, endpoints.Token) { Content = new FormUrlEncodedContent(form) }, cancel);
        if (Text(answer, "id_token") is not { } token) throw new OpenIdException("the provider gave no ID token");
        return await VerifyAsync(token, trip.Nonce, endpoints, cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _endpoints?.Dispose();
        _retired?.Dispose();
        _asking.Dispose();
    }

    private async Task<JsonElement> VerifyAsync(string token, string nonce, Endpoints endpoints, CancellationToken cancel)
    {
        if (token.Length > 64 * 1024 || token.Split('.') is not [var head, var body, var signature]) throw new OpenIdException("the ID token is no signed token");
        var (header, claims) = (Parse(head), Parse(body));
        // Whoever may choose the algorithm signs with what everybody knows.
        if (Text(header, "alg") != "RS256" || Text(header, "kid") is not { } name) throw new OpenIdException("the ID token is not signed with RS256 and a named key");
        var found = await endpoints.Keys.FindAsync(name, cancel);
        // The provider may keep its keys elsewhere by now.
        if (found is null && await EndpointsAsync(cancel, isDoubted: true) is var now && now != endpoints) found = await (endpoints = now).Keys.FindAsync(name, cancel);
        if (found is not { } key) throw new OpenIdException($"the ID token is signed with a key that the provider does not tell{(endpoints.Keys.Problem is { } problem ? ": " + problem : "")}");
        using (var rsa = RSA.Create(key))
        {
            if (!rsa.VerifyData(Encoding.ASCII.GetBytes($"{head}.{body}"), Bytes(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) throw new OpenIdException("the signature of the ID token is false");
        }

        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        if (Text(claims, "iss") is not { } issuer || issuer.TrimEnd('/') != terms.Issuer.AbsoluteUri.TrimEnd('/')) throw new OpenIdException("the ID token is of another issuer");
        if (!IsFor(claims)) throw new OpenIdException("the ID token is for another client");
        if (Number(claims, "exp") is not { } until || seconds >= until + Skew.TotalSeconds) throw new OpenIdException("the ID token has expired");
        if (Number(claims, "iat") is not { } from || seconds < from - Skew.TotalSeconds) throw new OpenIdException("the ID token is of the future; is this machine's clock right?");
        if (Text(claims, "nonce") is not { } said || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(nonce))) throw new OpenIdException("the ID token is of another sign-in");
        return Text(claims, "sub") is { Length: > 0 } ? claims : throw new OpenIdException("the ID token names nobody");
    }

    // With more audiences than one, the token must have been given to us.
    private bool IsFor(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var audience)) return false;
        if (audience.ValueKind == JsonValueKind.String) return audience.GetString() == terms.ClientId && (Text(claims, "azp") ?? terms.ClientId) == terms.ClientId;
        return audience.ValueKind == JsonValueKind.Array && audience.EnumerateArray().Any(a => a.ValueKind == JsonValueKind.String && a.GetString() == terms.ClientId) && (audience.GetArrayLength() == 1 || Text(claims, "azp") == terms.ClientId);
    }

    private async Task<Endpoints> EndpointsAsync(CancellationToken cancel, bool isDoubted = false)
    {
        await _asking.WaitAsync(cancel);
        try
        {
            var now = time.GetUtcNow();
            if (_endpoints is { } known && ((!isDoubted && now - _told < Fresh) || now - _asked < Pause)) return known;
            _asked = now;
            try
            {
                Become(await MetadataAsync(cancel));
                _told = now;
            }
            catch (OpenIdException) when (_endpoints is not null)
            {
                // What it said before serves while it cannot be asked; its keys have a time of their own.
            }

            return _endpoints!;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<(Uri Authorise, Uri Token, Uri Keys)> MetadataAsync(CancellationToken cancel)
    {
        var at = new Uri(terms.Issuer.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration");
        using var client = new ApiClient(AllowedHosts.Of(at), null, time, inner);
        var told = await AskAsync(client, () => new HttpRequestMessage(HttpMethod.Get, at), cancel);
        if (Text(told, "issuer")?.TrimEnd('/') != terms.Issuer.AbsoluteUri.TrimEnd('/')) throw new OpenIdException("the provider says that it is another issuer");
        return (Address(told, "authorization_endpoint"), Address(told, "token_endpoint"), Address(told, "jwks_uri"));
    }

    // Sign-ins under way still use what was before: it goes when the next one comes, at least a minute later.
    private void Become((Uri Authorise, Uri Token, Uri Keys) told)
    {
        if (_endpoints is { } known && (known.Authorise, known.Token, known.KeysAt) == told) return;
        _retired?.Dispose();
        _retired = _endpoints;
        _endpoints = new Endpoints(told.Authorise, told.Token, told.Keys, new ApiClient(AllowedHosts.Of(told.Token), null, time, inner), new SigningKeys(told.Keys, time, inner));
    }

    private static async Task<JsonElement> AskAsync(ApiClient client, Func<HttpRequestMessage> request, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            var answer = await client.SendAsync(request, MostBytes, patience.Token);
            using var document = JsonDocument.Parse(answer.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new OpenIdException("the provider's answer is no JSON object");
        }
        catch (Exception e) when (e is ApiRefusedException or HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new OpenIdException($"the provider cannot be asked: {(e is OperationCanceledException ? "no answer within 10 seconds" : e.Message)}", e);
        }
    }

    private static Uri Address(JsonElement of, string name) =>
        Uri.TryCreate(Text(of, name), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) ? address : throw new OpenIdException($"the provider tells no sound '{name}'");

    private static JsonElement Parse(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(part));
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new OpenIdException("the ID token is no JSON web token");
    }

    private static byte[] Bytes(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException e)
        {
            throw new OpenIdException("the ID token is no JSON web token", e);
        }
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private sealed record Endpoints(Uri Authorise, Uri Token, Uri KeysAt, ApiClient Client, SigningKeys Keys) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Keys.Dispose();
        }
    }
}
