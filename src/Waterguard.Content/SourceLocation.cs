namespace Waterguard.Content;

/// <summary>A place in a content file. Lines and columns are 1-based.</summary>
public readonly record struct SourceLocation(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, as editors and compilers write it.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}
