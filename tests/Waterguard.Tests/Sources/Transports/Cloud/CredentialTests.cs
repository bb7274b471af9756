using System.Net;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Platforms.Azure;
using Waterguard.Platforms.Google;
using Waterguard.Platforms.Outbound;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The vendors' own libraries behind our seam, with somebody in between who answers for the token hosts.</summary>
public sealed class CredentialTests
{
    private static readonly Uri Authority = new("https://login.microsoftonline.com/");

    [Fact]
    public async Task Entra_gives_a_token_which_is_kept_and_asked_for_again_when_it_was_refused()
    {
        var host = new TokenHost(number => (200, $$"""{"token_type":"Bearer","expires_in":3600,"access_token":"t{{number}}"}"""));
        var tokens = new AzureTokens(Identity(() => ("s3cret-value", null)), "https://graph.microsoft.com/", host);

        Assert.Equal("t1", await tokens.TokenAsync(false, TestContext.Current.CancellationToken));
        Assert.Equal("t1", await tokens.TokenAsync(false, TestContext.Current.CancellationToken));
        Assert.Equal("t2", await tokens.TokenAsync(true, TestContext.Current.CancellationToken));
        Assert.All(host.Asked, a => Assert.Equal("login.microsoftonline.com", a.Host));
        Assert.Contains("scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", host.Bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AADSTS7000222: The provided client secret keys for app 'app' are expired.", "make a new one under App registrations")]
    [InlineData("AADSTS7000215: Invalid client secret provided.", "the secret's value, not its id")]
    [InlineData("AADSTS700016: Application with identifier 'app' was not found in the directory.", "correct 'client' or 'tenant'")]
    public async Task What_entra_refuses_is_told_as_something_to_do_and_without_the_secret(string words, string advice)
    {
        var host = new TokenHost(_ => (401, $$"""{"error":"invalid_client","error_description":"{{words}} Trace ID: x","error_codes":[7000222]}"""));
        var tokens = new AzureTokens(Identity(() => ("s3cret-value", null)), "https://graph.microsoft.com/", host);
        var refused = await Assert.ThrowsAsync<CredentialException>(() => tokens.TokenAsync(false, TestContext.Current.CancellationToken));

        Assert.Contains(advice, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-value", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_signs_for_the_subject_and_asks_only_where_we_say_whatever_the_key_says()
    {
        using var key = RSA.Create(2048);
        var json = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["type"] = "service_account", ["project_id"] = "harbour", ["private_key_id"] = "k", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["client_email"] = "wg@harbour.iam.gserviceaccount.com", ["client_id"] = "1", ["token_uri"] = "https://evil.example/token",
        });
        var host = new TokenHost(number => (200, $$"""{"token_type":"Bearer","expires_in":3600,"access_token":"g{{number}}"}"""));
        var tokens = new GoogleTokens(new GoogleIdentity(() => (json, null), "audit@harbour.example", ["https://www.googleapis.com/auth/admin.reports.audit.readonly"], GoogleTokens.PublicTokenAddress), host);

        Assert.Equal("g1", await tokens.TokenAsync(false, TestContext.Current.CancellationToken));
        Assert.Equal("g2", await tokens.TokenAsync(true, TestContext.Current.CancellationToken));
        Assert.All(host.Asked, a => Assert.Equal("oauth2.googleapis.com", a.Host));
        var claims = Uri.UnescapeDataString(host.Bodies[0]).Split("assertion=")[1].Split('.')[1].Replace('-', '+').Replace('_', '/');
        Assert.Contains("\"sub\":\"audit@harbour.example\"", Encoding.UTF8.GetString(Convert.FromBase64String(claims.PadRight((claims.Length + 3) / 4 * 4, '='))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_says_what_domain_wide_delegation_lacks()
    {
        using var key = RSA.Create(2048);
        var json = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["type"] = "service_account", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["client_email"] = "wg@harbour.iam.gserviceaccount.com", ["client_id"] = "1", ["private_key_id"] = "k" });
        var host = new TokenHost(_ => (401, """{"error":"unauthorized_client","error_description":"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."}"""));
        var tokens = new GoogleTokens(new GoogleIdentity(() => (json, null), "audit@harbour.example", ["scope-a"], GoogleTokens.PublicTokenAddress), host);
        var refused = await Assert.ThrowsAsync<CredentialException>(() => tokens.TokenAsync(false, TestContext.Current.CancellationToken));

        Assert.Contains("Domain-wide delegation", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/v1.0/x", true)]
    [InlineData("https://GRAPH.microsoft.com:443/x", true)]
    [InlineData("http://graph.microsoft.com/x", false)]
    [InlineData("https://graph.microsoft.com.evil.example/x", false)]
    [InlineData("https://graph.microsoft.com@evil.example/x", false)]
    [InlineData("https://me@graph.microsoft.com/x", false)]
    [InlineData("https://graph.microsoft.com:8443/x", false)]
    public void Only_the_allowed_hosts_are_asked(string address, bool isAllowed) => Assert.Equal(isAllowed, AllowedHosts.Of(new Uri("https://graph.microsoft.com/")).Allows(new Uri(address)));

    private static AzureIdentity Identity(Func<(string?, string?)> secret) => new("client-secret", "6f1c2a3b-0000-4000-8000-0000000000aa", "6f1c2a3b-0000-4000-8000-0000000000bb", secret, null, Authority);

    private sealed class TokenHost(Func<int, (int Status, string Body)> answer) : HttpMessageHandler
    {
        private int _tokens;

        public List<Uri> Asked { get; } = [];

        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!);
            if (request.Content is null) return Answer(404, "{}");
            Bodies.Add(await request.Content.ReadAsStringAsync(cancellationToken));
            var (status, body) = answer(++_tokens);
            return Answer(status, body);
        }

        private static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
