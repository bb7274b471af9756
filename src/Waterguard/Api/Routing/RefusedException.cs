namespace Waterguard.Api.Routing;

/// <summary>A request is refused; its sender is told this, and no more.</summary>
internal sealed class RefusedException(int status, string title, string detail = "") : Exception(title)
{
    public int Status => status;

    public string Title => Message;

    public string Detail => detail;

    /// <summary>Seconds after which it may be tried again; 0: nobody knows.</summary>
    public int RetryAfter { get; init; }

    /// <summary>What else the answer tells, by name.</summary>
    public System.Text.Json.Nodes.JsonObject? More { get; init; }

    public static RefusedException Bad(string detail) => new(400, "Bad request", detail);

    public static RefusedException Missing(string what) => new(404, "Not found", what);

    public static RefusedException Forbidden(string detail) => new(403, "Forbidden", detail);
}
