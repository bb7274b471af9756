using System.Collections.Immutable;

namespace Waterguard.Content;

/// <summary>Collects findings while content is read. Not thread-safe.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    /// <summary>How many errors were added so far: compare before and after to know whether a part was sound.</summary>
    public int ErrorCount { get; private set; }

    /// <summary>Adds an error.</summary>
    public void Error(string code, SourceLocation location, string message) => Add(new(Severity.Error, code, location, message));

    /// <summary>Adds a warning.</summary>
    public void Warning(string code, SourceLocation location, string message) => Add(new(Severity.Warning, code, location, message));

    /// <summary>Adds a finding.</summary>
    public void Add(Diagnostic diagnostic)
    {
        if (diagnostic.Severity == Severity.Error)
            ErrorCount++;
        _items.Add(diagnostic);
    }

    /// <summary>All findings, in the order of file, line and column.</summary>
    public ImmutableArray<Diagnostic> ToSorted() =>
    [
        .. _items.OrderBy(d => d.Location.File, StringComparer.Ordinal).ThenBy(d => d.Location.Line).ThenBy(d => d.Location.Column)
            .ThenBy(d => d.Code, StringComparer.Ordinal),
    ];
}
