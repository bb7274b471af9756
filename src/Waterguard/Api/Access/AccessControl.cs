using System.Net;
using Microsoft.AspNetCore.Http;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Access;

/// <summary>Tells who asks, and whether they may.</summary>
internal sealed class AccessControl(Accounts accounts, Sessions sessions, ApiKeys keys, bool isSecure)
{
    /// <summary>The header with the session's token, without which nothing can be changed by cookie.</summary>
    public const string CsrfHeader = "X-Waterguard-Csrf";

    /// <summary>The cookie: with TLS its name makes browsers hold it to this host and to TLS.</summary>
    public string Cookie { get; } = isSecure ? "__Host-waterguard" : "waterguard";

    public Accounts Accounts => accounts;

    public Sessions Sessions => sessions;

    public ApiKeys Keys => keys;

    /// <summary>Who asks; nobody, where nothing is shown. What is shown must be good.</summary>
    public Caller Identify(HttpContext context)
    {
        var address = AddressOf(context);
        if (IngestExchange.ShownKey(context.Request) is { } key) return keys.Find(key, address) ?? throw Unauthorised("This API key is not known, has expired, or was removed.");
        return context.Request.Cookies[Cookie] is { Length: > 0 } token && sessions.Find(token, address) is { } caller ? caller : Caller.Nobody(address);
    }

    /// <summary>Refuses who may not.</summary>
    public static void Check(ApiRoute route, Caller caller, HttpRequest request)
    {
        if (route.Need.Least is { } least)
        {
            if (caller.Name.Length == 0) throw Unauthorised("Sign in, or show an API key.");
            if (caller.Role is null || caller.Role < least) throw RefusedException.Forbidden($"This needs the role {least.Name()}{(caller.Role is { } role ? $"; you have {role.Name()}" : "")}.");
        }

        if (!route.Changes) return;
        // Browsers say where a page comes from that makes them send something.
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOurs(origin, request)) throw RefusedException.Forbidden("The request comes from a page of another origin.");
        if (route.Need.Least is not null && caller.Session is { } session && !Tokens.Same(session.Csrf, request.Headers[CsrfHeader].ToString()))
            throw RefusedException.Forbidden($"The header {CsrfHeader} must hold the session's token, which GET /api/v1/me tells.");
    }

    /// <summary>The address that asks.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>Gives the browser its cookie, or takes it away.</summary>
    public void SetCookie(HttpResponse response, string? token)
    {
        var options = new CookieOptions { HttpOnly = true, Secure = isSecure, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = token is null ? TimeSpan.Zero : Sessions.Longest };
        response.Cookies.Append(Cookie, token ?? "", options);
    }

    private static RefusedException Unauthorised(string detail) => new(401, "Unauthorised", detail);

    private static bool IsOurs(string origin, HttpRequest request) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
