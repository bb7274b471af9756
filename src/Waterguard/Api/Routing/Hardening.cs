using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Waterguard.Api.Access;
using Waterguard.Configuration;
using Waterguard.Service;

namespace Waterguard.Api.Routing;

/// <summary>What holds for every request before anybody looks what it is for: bounds, headers, hosts, rates, and one form of errors.</summary>
internal static class Hardening
{
    /// <summary>What a page of ours may load: nothing but our own files, and no script or style within the page.</summary>
    public const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>How long a request's headers may take.</summary>
    public static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(15);

    /// <summary>Bounds of the listener.</summary>
    public static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 1024;
        // Inputs have bounds of their own, and answer; the server's would cut the connection without a word. What is not read is read away for 5 s at most.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(10));
        kestrel.Limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(10));
        kestrel.Limits.Http2.MaxStreamsPerConnection = 64;
    }

    /// <summary>Rates: by who asks where somebody is known, else by address. Senders of records are bounded by their inputs.</summary>
    public static void AddRates(IServiceCollection services, HttpConfiguration configuration) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = 429;
        options.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            await Problem.WriteAsync(rejected.HttpContext, new RefusedException(429, "Too many requests", "Wait a little.") { RetryAfter = wait });
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        {
            if (!IsOfPeople(context.Request.Path)) return RateLimitPartition.GetNoLimiter("");
            var name = context.Items[Dispatcher.CallerKey] is Caller { Name.Length: > 0 } caller ? caller.Session is { } session ? "s " + session.Id : caller.Name : "@ " + AccessControl.AddressOf(context);
            return RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = (int)configuration.Burst, TokensPerPeriod = Math.Max(1, (int)configuration.Rate), ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true,
            });
        });
    });

    /// <summary>The outermost ring.</summary>
    public static void Use(WebApplication app, HttpConfiguration configuration, AccessControl access, SlowReaders readers, ServiceLog log)
    {
        var isSecure = configuration.Certificate is not null;
        app.Use(async (context, next) =>
        {
            context.TraceIdentifier = Tokens.MakeId();
            var headers = context.Response.Headers;
            headers["X-Request-Id"] = context.TraceIdentifier;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = ContentPolicy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.XFrameOptions = "DENY";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            if (isSecure) headers.StrictTransportSecurity = "max-age=31536000";
            try
            {
                if (!IsHost(configuration, context.Request.Host)) throw new RefusedException(421, "Misdirected request", "The service is not known by this name; see http: hosts.");
                await readers.RunAsync(context, next);
                if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentLength is null && context.Response.ContentType is null) await Problem.WriteAsync(context, Problem.Of(context.Response.StatusCode));
            }
            catch (RefusedException refused)
            {
                await Problem.WriteAsync(context, refused);
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
            {
                await Problem.WriteAsync(context, Problem.Of(e.StatusCode));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // Nobody is there to be told.
            }
            catch (Exception e)
            {
                log.Say("error", "a request failed", ("request", context.TraceIdentifier), ("error", e.ToString()));
                await Problem.WriteAsync(context, Problem.Of(500));
            }
        });
        app.Use((context, next) =>
        {
            if (IsOfPeople(context.Request.Path))
                context.Items[Dispatcher.CallerKey] = Identified(context, access);
            return next(context);
        });
        app.UseRateLimiter();
        app.UseRouting();
    }

    // A key that is not good is refused only behind the rate limit, as its address's request.
    private static Caller? Identified(HttpContext context, AccessControl access)
    {
        try
        {
            return access.Identify(context);
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    private static bool IsOfPeople(PathString path) => Is(path, ApiRoute.Root) && !Is(path, ApiRoute.Root + "/ingest") && !Is(path, ApiRoute.Root + "/pubsub");

    private static bool Is(PathString path, string below) => path.StartsWithSegments(below, StringComparison.OrdinalIgnoreCase);

    private static bool IsHost(HttpConfiguration configuration, HostString host) =>
        configuration.Hosts.IsEmpty || configuration.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase) || System.Net.IPAddress.TryParse(host.Host, out var address) && System.Net.IPAddress.IsLoopback(address);
}
