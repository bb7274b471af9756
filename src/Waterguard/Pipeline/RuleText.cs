namespace Waterguard.Pipeline;

/// <summary>The text of rule files.</summary>
internal static class RuleText
{
    /// <summary>The same text with the lines of its top-level <c>examples</c> left empty, so that every other line keeps its number. Most of a rule is examples, and a scan does not read them.</summary>
    public static string WithoutExamples(string text)
    {
        if (!text.Contains("\nexamples:", StringComparison.Ordinal)) return text;
        var lines = text.Split('\n');
        var inside = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("examples:", StringComparison.Ordinal)) inside = true;
            else if (inside && line.Length > 0 && line[0] is not (' ' or '\t' or '#' or '\r') && !line.StartsWith("- ", StringComparison.Ordinal)) inside = false;
            if (inside) lines[i] = "";
        }

        return string.Join('\n', lines);
    }
}
