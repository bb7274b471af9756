using System.Collections.Immutable;

namespace Waterguard.Sources.Configuration;

/// <summary>What a setting's value is.</summary>
public enum SettingType
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A text, or a list of them.</summary>
    Texts,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Bytes: a number and one of B, KiB, MiB, GiB.</summary>
    Size,

    /// <summary>A duration such as 30s.</summary>
    Duration,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Where a secret is: <c>file:PATH</c> or <c>env:NAME</c>. Never the secret itself.</summary>
    Secret,
}

/// <summary>One key of the configuration. Reading, the JSON schema and the documentation are all made of these, so that they cannot disagree.</summary>
/// <param name="Says">What it does, in one sentence.</param>
public sealed record Setting(string Name, SettingType Type, string Says)
{
    /// <summary>Whether it must be there.</summary>
    public bool Required { get; init; }

    /// <summary>What holds without it, as it would be written; null: nothing.</summary>
    public string? Default { get; init; }

    /// <summary>The words of a <see cref="SettingType.Word"/>.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>The least number, in bytes or seconds for sizes and durations.</summary>
    public long Least { get; init; }

    /// <summary>The greatest.</summary>
    public long Most { get; init; } = long.MaxValue;
}
