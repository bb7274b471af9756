using Waterguard.Api.Access;

namespace Waterguard.Api.Routing;

/// <summary>Who may call a route.</summary>
/// <param name="Least">Null: whoever reaches the port; the route has checks of its own where it needs some.</param>
internal sealed record Need(Role? Least)
{
    public static Need Nobody { get; } = new((Role?)null);

    public static Need Viewer { get; } = new(Role.Viewer);

    public static Need Analyst { get; } = new(Role.Analyst);

    public static Need Responder { get; } = new(Role.Responder);

    public static Need Admin { get; } = new(Role.Admin);
}

/// <summary>One route: everything that serving it, checking it, and its documentation need. There is no other list of routes.</summary>
/// <param name="Path">Below <c>/api/v1</c>.</param>
/// <param name="Says">What it is for, in one sentence.</param>
/// <param name="Takes">What the body must be; null: there is none.</param>
/// <param name="Gives">What the body of a good answer is; null: none, or no JSON.</param>
internal sealed record ApiRoute(string Method, string Path, Need Need, string Says, Shape? Takes, Shape? Gives, Func<Exchange, Task<Answer>> Handle)
{
    /// <summary>Below which all of them are.</summary>
    public const string Root = "/api/v1";

    /// <summary>Names of what the query may hold.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The status of a good answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What it changes, as the audit log calls it; null only for what changes nothing.</summary>
    public string? Audited { get; init; }

    /// <summary>Whether the body is the handler's to read: records, not JSON of ours.</summary>
    public bool ReadsItself { get; init; }

    /// <summary>Whether it changes something.</summary>
    public bool Changes => Method is not ("GET" or "HEAD");

    public static ApiRoute Get(string path, Need need, string says, Shape? gives, Func<Exchange, Task<Answer>> handle) => new("GET", path, need, says, null, gives, handle);

    public static ApiRoute Get(string path, Need need, string says, Shape? gives, Func<Exchange, Answer> handle) => new("GET", path, need, says, null, gives, e => Task.FromResult(handle(e)));

    public static ApiRoute Post(string path, Need need, string says, string? audited, Shape? takes, Shape? gives, Func<Exchange, Task<Answer>> handle) => new("POST", path, need, says, takes, gives, handle) { Audited = audited };
}
