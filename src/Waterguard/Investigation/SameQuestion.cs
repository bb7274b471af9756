using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Waterguard.Investigation;

/// <summary>The same question in the words of other stores, to be pasted there. What a name holds never becomes a part of the language: names are chosen by whoever is investigated.</summary>
/// <param name="LeftOut">Names that the language cannot say, or that would make it longer than the store takes.</param>
internal sealed record SameQuestion(string Language, string Text, int LeftOut)
{
    // Cloud Logging refuses filters of more than 20,000 characters; the others would take more, and nobody would read it.
    private const int Longest = 16_000;

    /// <summary>In all three languages; where there is no name, there is no question.</summary>
    public static ImmutableArray<SameQuestion> All(Subject subject) => subject.Names.IsEmpty ? [] : [Kql(subject), CloudLogging(subject), UnifiedAudit(subject)];

    /// <summary>For Log Analytics, Sentinel and Azure Data Explorer: whatever table.</summary>
    public static SameQuestion Kql(Subject subject)
    {
        var (names, left) = Said(subject, n => "* has " + Quoted(n));
        return new SameQuestion("kql", $"union isfuzzy=true withsource=SourceTable *\n| where TimeGenerated between (datetime({Time(subject.From)}) .. datetime({Time(subject.To)}))\n| where {string.Join("\n    or ", names)}\n| sort by TimeGenerated asc", left);
    }

    /// <summary>For Google's Logs Explorer, and <c>gcloud logging read</c>.</summary>
    public static SameQuestion CloudLogging(Subject subject)
    {
        var (names, left) = Said(subject, Quoted);
        return new SameQuestion("cloud_logging", $"timestamp>=\"{Time(subject.From)}\" AND timestamp<=\"{Time(subject.To)}\"\nAND ({string.Join("\n  OR ", names)})", left);
    }

    /// <summary>For the unified audit log of Microsoft 365, in PowerShell.</summary>
    public static SameQuestion UnifiedAudit(Subject subject)
    {
        // A text in single quotes has no escapes: a line break in it would be one of the command.
        var (names, left) = Said(subject, n => n.Any(char.IsControl) ? null : SingleQuoted(n));
        return new SameQuestion("unified_audit", $"{string.Join(",\n", names)} | ForEach-Object {{\n  Search-UnifiedAuditLog -StartDate '{Time(subject.From)}' -EndDate '{Time(subject.To)}' -FreeText $_ -SessionCommand ReturnLargeSet -ResultSize 5000\n}}", left);
    }

    private static (List<string> Names, int Left) Said(Subject subject, Func<string, string?> quote)
    {
        var (said, left, length) = (new List<string>(), 0, 0);
        foreach (var name in subject.Names.Select(n => n.Asked).Distinct(StringComparer.Ordinal))
        {
            if (quote(name) is { } text && length + text.Length <= Longest)
            {
                said.Add(text);
                length += text.Length + 8;
            }
            else
            {
                left++;
            }
        }

        // Nothing that could be asked for: a question that finds nothing, and not one that finds everything.
        if (said.Count == 0) said.Add(quote("nothing-can-be-asked-for")!);
        return (said, left);
    }

    // The same in both languages: a backslash escapes itself, the quote, and a character by its number.
    private static string Quoted(string name)
    {
        var text = new StringBuilder("\"");
        foreach (var c in name)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format) text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else text.Append(c);
        }

        return text.Append('"').ToString();
    }

    // PowerShell ends such a text at typographic quotes too; each of them doubled is itself.
    private static string SingleQuoted(string name) => "'" + string.Concat(name.Select(c => c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b' ? new string(c, 2) : c.ToString())) + "'";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
