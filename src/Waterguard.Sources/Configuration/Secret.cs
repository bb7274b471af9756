namespace Waterguard.Sources.Configuration;

/// <summary>Where a secret is. The secret itself is read when it is needed, and never shown.</summary>
/// <param name="Reference"><c>file:PATH</c> or <c>env:NAME</c>.</param>
public sealed record Secret(string Reference)
{
    /// <summary>Whether a text refers to a secret.</summary>
    public static bool IsReference(string text) =>
        (text.StartsWith("file:", StringComparison.Ordinal) && text.Length > 5) || (text.StartsWith("env:", StringComparison.Ordinal) && text.Length > 4);

    /// <summary>The secret, without line end; null, and what is wrong, when it is not there.</summary>
    public string? Read(out string? problem)
    {
        problem = null;
        string? value;
        if (Reference.StartsWith("env:", StringComparison.Ordinal))
        {
            value = Environment.GetEnvironmentVariable(Reference[4..]);
            if (string.IsNullOrEmpty(value)) problem = $"the environment variable {Reference[4..]} is not set";
            return string.IsNullOrEmpty(value) ? null : value;
        }

        try
        {
            value = File.ReadAllText(Reference[5..]).Trim();
            if (value.Length == 0) problem = $"{Reference[5..]} is empty";
            return value.Length == 0 ? null : value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{Reference[5..]} cannot be read: {e.Message}";
            return null;
        }
    }
}
