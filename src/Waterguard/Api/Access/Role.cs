namespace Waterguard.Api.Access;

/// <summary>What somebody may do; each role may do what those before it may.</summary>
internal enum Role
{
    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Works on incidents, suppressions and silences.</summary>
    Analyst,

    /// <summary>Acts on what is running.</summary>
    Responder,

    /// <summary>Decides who may do what.</summary>
    Admin,
}

/// <summary>The names of roles.</summary>
internal static class Roles
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<Role>().Select(n => n.ToLowerInvariant())];

    public static string Name(this Role role) => Names[(int)role];

    /// <summary>The role of a name; null: there is none.</summary>
    public static Role? Find(string? name) => name is not null && Names.IndexOf(name) is var at and >= 0 ? (Role)at : null;

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name) return i;
        }

        return -1;
    }
}
