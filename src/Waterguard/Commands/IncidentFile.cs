namespace Waterguard.Commands;

/// <summary>An alert or an incident that a command is given.</summary>
internal static class IncidentFile
{
    /// <summary>As scan writes them: one a line, and the first is meant; or one over several lines, as the API's answer may have been saved.</summary>
    /// <param name="file">- for standard input.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string file)
    {
        var text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
        var first = text.Split('\n').FirstOrDefault(l => l.Trim().Length > 0) ?? "";
        return first.Trim() is "{" or "[" ? text : first;
    }
}
