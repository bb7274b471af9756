using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>Tells the keys of tokens as Google does, and signs tokens with its own.</summary>
internal sealed class KeysServer : CloudServer
{
    public const string Caller = "pusher@harbour.iam.gserviceaccount.com";
    public const string Audience = "https://waterguard.harbour.example";
    private readonly Dictionary<string, RSA> _keys = new(StringComparer.Ordinal);

    public Uri Certificates => new(Address, "oauth2/v3/certs");

    protected override (int Status, string Body) Throttled => (429, "{}");

    public static async Task<KeysServer> StartAsync()
    {
        var server = new KeysServer { Token = "" };
        server.Turn("k1");
        return await StartAsync(server);
    }

    /// <summary>Another key takes the place of those before.</summary>
    public void Turn(string name)
    {
        lock (_keys)
        {
            _keys.Clear();
            _keys[name] = RSA.Create(2048);
        }
    }

    /// <summary>The settings of an input that trusts these keys.</summary>
    public string Settings(string more = "") => $"transport: pubsub-push, subscription: {PubSubServer.Name}, caller: {Caller}, audience: '{Audience}', certificates: '{Certificates}'{more}";

    /// <summary>A token as Google signs it.</summary>
    /// <param name="change">Makes it another one.</param>
    public string Sign(DateTimeOffset now, Action<Dictionary<string, object>>? change = null, string? key = null, RSA? with = null, string algorithm = "RS256")
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["aud"] = Audience, ["azp"] = "113774264463038321964", ["email"] = Caller, ["email_verified"] = true, ["exp"] = now.AddHours(1).ToUnixTimeSeconds(), ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = "https://accounts.google.com", ["sub"] = "113774264463038321964",
        };
        change?.Invoke(claims);
        lock (_keys)
        {
            var header = new Dictionary<string, object>(StringComparer.Ordinal) { ["alg"] = algorithm, ["kid"] = key ?? _keys.Keys.First(), ["typ"] = "JWT" };
            var text = $"{Part(header)}.{Part(claims)}";
            var signature = algorithm switch
            {
                "none" => [],
                // The old trick: what everybody knows as the secret of another algorithm.
                "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_keys.Values.First().ExportRSAPublicKeyPem()), Encoding.ASCII.GetBytes(text)),
                _ => (with ?? _keys.Values.First()).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            };
            return $"{text}.{Base64Url.EncodeToString(signature)}";
        }
    }

    /// <summary>A message in its envelope.</summary>
    public static byte[] Envelope(string id, string data, string subscription = PubSubServer.Name, string? base64 = null) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$$"""{"message":{"attributes":{"logging.googleapis.com/timestamp":"2026-11-22T11:59:58Z"},"data":"{{{base64 ?? Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}}}","messageId":"{{{id}}}","message_id":"{{{id}}}","publishTime":"2026-11-22T12:00:00.5Z","publish_time":"2026-11-22T12:00:00.5Z"},"subscription":"{{{subscription}}}"}"""));

    protected override void Map(WebApplication app) => app.MapGet("/oauth2/v3/certs", () =>
    {
        lock (_keys)
        {
            return Json(JsonSerializer.Serialize(new
            {
                keys = _keys.Select(k => (k.Key, k.Value.ExportParameters(false))).Select(k => new { kid = k.Key, kty = "RSA", alg = "RS256", use = "sig", n = Base64Url.EncodeToString(k.Item2.Modulus), e = Base64Url.EncodeToString(k.Item2.Exponent) }),
            }));
        }
    });

    private static string Part(object of) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(of));
}
