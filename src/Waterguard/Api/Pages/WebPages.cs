using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Api.Pages;

/// <summary>The web interface: the built files, which the tool carries within. For every page of it there is one file, which finds out which page it is.</summary>
internal static class WebPages
{
    private const string Prefix = "web/";
    private static readonly Lazy<FrozenDictionary<string, PageFile>> s_files = new(Load);

    /// <summary>How the paths of pages begin; what begins otherwise is no page, and not found.</summary>
    public static FrozenSet<string> Pages { get; } = new[] { "", "admin", "census", "coverage", "incidents", "me", "search", "sources", "strategies", "suppressions", "validation" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The files by path, without a slash in front.</summary>
    public static FrozenDictionary<string, PageFile> Files => s_files.Value;

    /// <summary>Serves them, behind the routes: what a route answers is the route's.</summary>
    public static void Use(WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint() is null && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && Find(context.Request.Path) is { } file ? SendAsync(context, file) : next(context));

    /// <summary>What a path means; null: nothing of the interface.</summary>
    public static PageFile? Find(PathString path)
    {
        var name = path.Value?.TrimStart('/') ?? "";
        return Files.TryGetValue(name, out var file) ? file : Pages.Contains(name.Split('/')[0]) ? Files.GetValueOrDefault("index.html") : null;
    }

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = file.IsImmutable ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.ETag = file.EntityTag;
        response.Headers.Vary = "Accept-Encoding";
        if (request.Headers.IfNoneMatch.Any(v => v is not null && v.Split(',').Any(t => t.Trim() is "*" || t.Trim().TrimStart('W', '/') == file.EntityTag)))
        {
            response.StatusCode = 304;
            return;
        }

        var (bytes, encoding) = file.As(request.Headers.AcceptEncoding.ToString());
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentType = file.ContentType;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(request.Method)) await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static FrozenDictionary<string, PageFile> Load()
    {
        var assembly = typeof(WebPages).Assembly;
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var path = resource[Prefix.Length..].Replace('\\', '/');
            files[path] = new PageFile(path, bytes);
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
