namespace Waterguard.Api.Access;

/// <summary>Who asks.</summary>
/// <param name="Name">The account, or <c>key:ID</c>.</param>
/// <param name="Role">Null: it may only hand over records.</param>
/// <param name="Address">From where.</param>
internal sealed record Caller(string Name, Role? Role, string Address)
{
    /// <summary>The session's hash and the token that its changing requests must carry; null: no browser, but a key.</summary>
    public (string Id, string Csrf)? Session { get; init; }

    /// <summary>The sources for which it may hand over records; <c>*</c>: any.</summary>
    public IReadOnlyList<string> Ingests { get; init; } = [];

    /// <summary>Nobody, from somewhere.</summary>
    public static Caller Nobody(string address) => new("", null, address);

    /// <summary>The service itself.</summary>
    public static Caller Service { get; } = new("waterguard", Access.Role.Admin, "");

    /// <summary>Whether it may hand over records of a source.</summary>
    public bool MayIngest(string source) => Ingests.Contains("*", StringComparer.Ordinal) || Ingests.Contains(source, StringComparer.Ordinal);
}
