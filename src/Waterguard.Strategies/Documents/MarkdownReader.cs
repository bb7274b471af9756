using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Strategies.Documents;

/// <summary>Splits a document into blocks that know their place. It reads as much of Markdown as such documents use, in one pass over the lines; what it does not know is text.</summary>
public static class MarkdownReader
{
    /// <summary>Longest document, in characters.</summary>
    public const int MaxCharacters = 1_000_000;

    /// <summary>The blocks in the order written. Never throws; what does not end is told.</summary>
    /// <param name="firstLine">The number of the text's first line in its file.</param>
    public static ImmutableArray<MarkdownBlock> Read(string file, string text, int firstLine, DiagnosticBag bag)
    {
        if (text.Length > MaxCharacters)
        {
            bag.Error(StrategyCodes.DocumentTooLarge, new(file, 1, 1), $"The document has more than {MaxCharacters} characters.");
            return [];
        }

        var reading = new Reading(file, firstLine, bag);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines()) reading.Take(line.ToString(), number++);
        return reading.End();
    }

    private sealed class Reading(string file, int firstLine, DiagnosticBag bag)
    {
        private readonly ImmutableArray<MarkdownBlock>.Builder _blocks = ImmutableArray.CreateBuilder<MarkdownBlock>();
        private readonly List<string> _lines = [];
        private BlockKind? _open;
        private SourceLocation _at;
        private int _level;
        private string _fence = "";

        public void Take(string line, int number)
        {
            var trimmed = line.Trim();
            var at = new SourceLocation(file, firstLine + number, line.Length - line.TrimStart().Length + 1);
            if (_open is BlockKind.Comment) TakeComment(line);
            else if (_fence.Length > 0) TakeCode(line, trimmed);
            else if (trimmed.Length == 0) Close();
            else if (trimmed.StartsWith("```", StringComparison.Ordinal) || trimmed.StartsWith("~~~", StringComparison.Ordinal)) OpenFence(trimmed, at);
            else if (trimmed.StartsWith("<!--", StringComparison.Ordinal)) OpenComment(line, at);
            else if (Heading(trimmed) is { } heading) Whole(BlockKind.Heading, heading.Text, at, heading.Level);
            else if (_open == BlockKind.Paragraph && _lines.Count == 1 && Underline(trimmed) is { } level) CloseAs(level);
            else if (trimmed.Length >= 3 && trimmed.All(c => c is '-' or '*' or '_')) Close();
            else if (trimmed[0] == '|') TakeRow(trimmed, at);
            else if (ItemText(trimmed) is { } item) Start(BlockKind.Item, item, at, at.Column - 1);
            else if (_open is null && line.StartsWith("    ", StringComparison.Ordinal) && !AfterItem()) Whole(BlockKind.Code, trimmed, at, 0);
            else if (_open is BlockKind.Paragraph or BlockKind.Item) _lines.Add(trimmed);
            else Start(BlockKind.Paragraph, trimmed.TrimStart('>', ' '), at, 0);
        }

        public ImmutableArray<MarkdownBlock> End()
        {
            if (_open is BlockKind.Comment) bag.Error(StrategyCodes.OpenBlock, _at, "The comment does not end: '-->' is missing.");
            else if (_fence.Length > 0) bag.Warning(StrategyCodes.OpenBlock, _at, "The code does not end.");
            Close();
            return _blocks.ToImmutable();
        }

        private bool AfterItem() => _blocks.Count > 0 && _blocks[^1].Kind == BlockKind.Item;

        private void Start(BlockKind kind, string text, SourceLocation at, int level)
        {
            Close();
            (_open, _at, _level) = (kind, at, level);
            _lines.Add(text);
        }

        private void Whole(BlockKind kind, string text, SourceLocation at, int level)
        {
            Start(kind, text, at, level);
            Close();
        }

        private void Close()
        {
            if (_open is { } kind) _blocks.Add(new(kind, string.Join(kind is BlockKind.Code or BlockKind.Comment or BlockKind.Table ? '\n' : ' ', _lines), _at, _level));
            _open = null;
            _lines.Clear();
            _fence = "";
        }

        private void CloseAs(int level)
        {
            (_open, _level) = (BlockKind.Heading, level);
            Close();
        }

        private void OpenFence(string trimmed, SourceLocation at)
        {
            Close();
            (_open, _at, _level, _fence) = (BlockKind.Code, at, 0, trimmed[..3]);
        }

        private void TakeCode(string line, string trimmed)
        {
            if (trimmed.StartsWith(_fence, StringComparison.Ordinal) && trimmed.TrimEnd(_fence[0]).Length == 0) Close();
            else _lines.Add(line);
        }

        private void OpenComment(string line, SourceLocation at)
        {
            Close();
            (_open, _at, _level) = (BlockKind.Comment, at, 0);
            TakeComment(line.TrimStart()["<!--".Length..]);
        }

        private void TakeComment(string line)
        {
            var end = line.IndexOf("-->", StringComparison.Ordinal);
            _lines.Add(end < 0 ? line : line[..end]);
            if (end >= 0) Close();
        }

        private void TakeRow(string trimmed, SourceLocation at)
        {
            if (_open != BlockKind.Table) Start(BlockKind.Table, trimmed, at, 0);
            else _lines.Add(trimmed);
        }

        private static (string Text, int Level)? Heading(string trimmed)
        {
            var level = trimmed.Length - trimmed.TrimStart('#').Length;
            return level is >= 1 and <= 6 && trimmed.Length > level && trimmed[level] == ' ' ? (trimmed[level..].Trim().TrimEnd('#').Trim(), level) : null;
        }

        private static int? Underline(string trimmed) =>
            trimmed.Length < 3 ? null : trimmed.All(c => c == '=') ? 1 : trimmed.All(c => c == '-') ? 2 : null;

        private static string? ItemText(string trimmed)
        {
            if (trimmed.Length > 2 && trimmed[0] is '-' or '*' or '+' && trimmed[1] == ' ') return trimmed[2..].Trim();
            var digits = trimmed.Length - trimmed.TrimStart("0123456789".ToCharArray()).Length;
            return digits is >= 1 and <= 4 && trimmed.Length > digits + 2 && trimmed[digits] is '.' or ')' && trimmed[digits + 1] == ' ' ? trimmed[(digits + 2)..].Trim() : null;
        }
    }
}
