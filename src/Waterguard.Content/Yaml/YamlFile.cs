using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;

namespace Waterguard.Content.Yaml;

/// <summary>A content file read into nodes that know their place. Reading never throws: what is wrong is in the diagnostics.</summary>
/// <param name="Documents">The documents that could be read, in the order written; empty ones are left out.</param>
public sealed record YamlFile(ImmutableArray<YamlDocument> Documents, ImmutableArray<Diagnostic> Diagnostics)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file from its bytes, which must be UTF-8.</summary>
    public static YamlFile Parse(string fileName, ReadOnlySpan<byte> utf8, YamlLimits? limits = null)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            var line = utf8[..Math.Clamp(e.Index, 0, utf8.Length)].Count((byte)'\n') + 1;
            return new([], [new(Severity.Error, ContentCodes.NotUtf8, new(fileName, line, 1), "The file is not UTF-8.")]);
        }
        return Parse(fileName, text, limits);
    }

    /// <summary>Reads a file from its text. A document that is not YAML does not stop those after it.</summary>
    /// <param name="firstLine">The number of the text's first line, where it stands inside of another file.</param>
    public static YamlFile Parse(string fileName, string text, YamlLimits? limits = null, int firstLine = 1)
    {
        limits ??= YamlLimits.Default;
        var bag = new DiagnosticBag();
        var documents = ImmutableArray.CreateBuilder<YamlDocument>();
        if (text.Length > limits.MaxCharacters)
        {
            bag.Error(ContentCodes.FileTooLarge, new(fileName, firstLine, 1), $"The file has more than {limits.MaxCharacters} characters.");
            return new([], bag.ToSorted());
        }

        int start = text.StartsWith('\uFEFF') ? 1 : 0, line = firstLine - 1;
        while (start < text.Length)
        {
            var goOnFrom = ReadDocuments(fileName, text, start, line, limits, bag, documents);
            if (goOnFrom < 0)
                break;
            // A "---" in the first column ends a document wherever it stands, so reading can go on there.
            (start, line) = NextDocument(text, start, line, goOnFrom);
        }
        return new(documents.ToImmutable(), bag.ToSorted());
    }

    /// <returns>The first line (0-based, in the file) on which the next document can start after a failure, or -1.</returns>
    private static int ReadDocuments(string fileName, string text, int start, int firstLine, YamlLimits limits, DiagnosticBag bag,
        ImmutableArray<YamlDocument>.Builder documents)
    {
        using var reader = start == 0 ? new StringReader(text) : new StringReader(text[start..]);
        var builder = new NodeBuilder(fileName, firstLine, reader, limits, bag);
        try
        {
            while (builder.Next() is { } document)
                documents.Add(document);
            return builder.StoppedAt < 0 ? -1 : builder.StoppedAt + 1;
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            // The library's own checks: mostly YamlException, now and then one of the base classes for input it did not foresee.
            var at = builder.LocationOf((e as YamlException)?.Start ?? Mark.Empty);
            var reason = e is YamlException ? e.Message : "unreadable";
            bag.Error(ContentCodes.Syntax, at, $"This is not YAML: {reason}");
            // The failure may be the next document's "---" itself, where a bracket was left open.
            return Math.Max(at.Line - 1, builder.DocumentLine + 1);
        }
    }

    private static (int Start, int Line) NextDocument(string text, int start, int line, int from)
    {
        for (var at = text.IndexOf('\n', start); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            line++;
            if (line >= from && string.CompareOrdinal(text, at + 1, "---", 0, 3) == 0)
                return (at + 1, line);
        }
        return (text.Length, line);
    }
}
