using System.Collections.Immutable;

namespace Waterguard.Strategies.Attack;

/// <summary>What has become of a technique.</summary>
public enum TechniqueState
{
    /// <summary>In use.</summary>
    Active,

    /// <summary>Replaced by another.</summary>
    Revoked,

    /// <summary>Given up.</summary>
    Deprecated,
}

/// <summary>A technique of ATT&amp;CK.</summary>
/// <param name="Tactics">As the version that has it calls them: <c>defense-evasion</c> until v18, <c>stealth</c> or <c>defense-impairment</c> from v19 on.</param>
public sealed record Technique(string Id, string Name, ImmutableArray<string> Tactics, ImmutableArray<string> Platforms, TechniqueState State)
{
    /// <summary>The page of the technique.</summary>
    public string Url => "https://attack.mitre.org/techniques/" + Id.Replace('.', '/') + "/";
}
