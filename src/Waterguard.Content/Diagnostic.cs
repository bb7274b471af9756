namespace Waterguard.Content;

/// <summary>How bad a finding about content is: an error keeps the item from being loaded, the others do not.</summary>
public enum Severity
{
    /// <summary>Loaded, and worth knowing.</summary>
    Note,

    /// <summary>Loaded, but probably not what its author meant.</summary>
    Warning,

    /// <summary>Not loaded.</summary>
    Error,
}

/// <summary>One finding about a content file: a value, never an exception, so that one bad file stops no other.</summary>
/// <param name="Code">Stable code, such as <c>WG1003</c>; listed in <c>docs/errors.md</c>.</param>
public sealed record Diagnostic(Severity Severity, string Code, SourceLocation Location, string Message)
{
    /// <summary><c>file:line:column: error WG1003: message</c>.</summary>
    public override string ToString() => $"{Location}: {Severity.ToString().ToLowerInvariant()} {Code}: {Message}";
}
