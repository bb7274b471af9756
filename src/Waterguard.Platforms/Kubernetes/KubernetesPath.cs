namespace Waterguard.Platforms.Kubernetes;

/// <summary>Where objects are. A name that no object can have is refused, so that none leads elsewhere.</summary>
public static class KubernetesPath
{
    private const int LongestName = 253;

    /// <summary>The path of an object, or of all of a kind.</summary>
    /// <param name="version">Group and version: <c>v1</c>, <c>apps/v1</c>.</param>
    /// <param name="space">The namespace; null: it lives in none, or all of them are meant.</param>
    /// <param name="resource">The kind as paths write it: <c>pods</c>.</param>
    /// <param name="name">Null: all.</param>
    /// <exception cref="FormatException">A name is none.</exception>
    public static string Of(string version, string? space, string resource, string? name = null)
    {
        if ((space is not null && !IsName(space)) || (name is not null && !IsName(name))) throw new FormatException($"'{(space is not null && !IsName(space) ? space : name)}' is no name that Kubernetes gives");
        var root = version.Contains('/', StringComparison.Ordinal) ? "apis/" : "api/";
        return $"{root}{version}/{(space is null ? "" : $"namespaces/{space}/")}{resource}{(name is null ? "" : "/" + name)}";
    }

    /// <summary>Whether an object can be called so: small letters, digits, hyphens, and points between them. Bindings and roles may have colons.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.Split('.').All(p => p.Length > 0 && p[0] != '-' && p[^1] != '-' && p.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or ':'));
}
