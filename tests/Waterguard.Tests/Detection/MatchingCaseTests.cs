using System.Text;
using Xunit;

namespace Waterguard.Tests.Detection;

/// <summary>The tables of cases: what a selection, and its negation, say of an event.</summary>
public sealed class MatchingCaseTests
{
    private const string Begin = "<!-- the table of cases: begin -->";
    private const string End = "<!-- the table of cases: end -->";

    public static TheoryData<string, string, string, string> ArrayAndNull => Table("array-and-null.txt");

    public static TheoryData<string, string, string, string> Modifiers => Table("modifiers.txt");

    [Theory]
    [MemberData(nameof(ArrayAndNull))]
    public void A_selection_on_arrays_nulls_and_kinds_says_what_the_table_says(string json, string selection, string matches, string negated) =>
        AssertCase(json, selection, matches, negated);

    [Theory]
    [MemberData(nameof(Modifiers))]
    public void A_modifier_says_what_the_table_says(string json, string selection, string matches, string negated) => AssertCase(json, selection, matches, negated);

    [Fact]
    public void The_documentation_shows_the_table_of_cases()
    {
        var path = Repository.PathOf("docs", "matching.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= Begin.Length && to > from);
        var expected = Markdown();
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text[..from] + expected + text[to..]);
        else Assert.Equal(expected, text[from..to]);
    }

    private static void AssertCase(string json, string selection, string matches, string negated)
    {
        var judge = Judge.OfSelection("{" + selection + "}");

        Assert.Equal($"{matches} {negated}", $"{(judge.Matches(json, "is") ? "yes" : "no")} {(judge.Matches(json, "not") ? "yes" : "no")}");
    }

    private static TheoryData<string, string, string, string> Table(string name)
    {
        var data = new TheoryData<string, string, string, string>();
        foreach (var row in CaseLines.Rows("Detection", "Cases", name)) data.Add(row[0], row[1], row[2], row[3]);
        return data;
    }

    private static string Markdown()
    {
        var text = new StringBuilder("\n");
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "Waterguard.Tests", "Detection", "Cases", "array-and-null.txt")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) text.Append("\n**").Append(line[3..]).Append("**\n\n| event | selection | matches | `not` matches |\n|---|---|---|---|\n");
            if (line.Length == 0 || line[0] == '#') continue;
            var row = line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim()).ToArray();
            text.Append("| `").Append(row[0].Replace("|", "\\|", StringComparison.Ordinal)).Append("` | `").Append(row[1].Replace("|", "\\|", StringComparison.Ordinal))
                .Append("` | ").Append(row[2]).Append(" | ").Append(row[3]).Append(" |\n");
        }

        return text.Append('\n').ToString();
    }
}
