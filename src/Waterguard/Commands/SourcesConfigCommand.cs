using System.CommandLine;
using Waterguard.Watching;

namespace Waterguard.Commands;

/// <summary><c>waterguard sources config</c>: what integrity tools should watch, in the words of each; and whether they do.</summary>
internal static class SourcesConfigCommand
{
    private const int MostBytes = 16 * 1024 * 1024;

    public static Command Build()
    {
        var tool = new Argument<string>("TOOL") { Description = string.Join(", ", WatchTools.All.Select(t => t.Name)) };
        tool.AcceptOnlyFromAmong([.. WatchTools.All.Select(t => t.Name)]);
        var compare = new Option<string?>("--compare") { Description = "Instead: tell which paths this configuration of the tool leaves out (auditd: the output of 'auditctl -l'); - for standard input", HelpName = "FILE" };
        var content = ContentArguments.Create().Content;
        var command = new Command("config", "Print the configuration by which a tool watches the critical paths") { tool, compare, content };
        command.SetAction(parsed =>
        {
            try
            {
                var list = WatchList.Load(parsed.GetValue(content) ?? []);
                var chosen = WatchTools.Find(parsed.GetRequiredValue(tool))!;
                if (parsed.GetValue(compare) is { } file) return Compare(list, chosen, Text(file));
                Console.Out.Write(chosen.Write(list));
                return ExitCodes.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                return ExitCodes.Refuse(e.Message);
            }
        });
        return command;
    }

    private static int Compare(WatchList list, IWatchTool tool, string text)
    {
        var reading = tool.Read(text);
        var missing = list.Missing(reading).ToArray();
        foreach (var remark in reading.Remarks) Console.Error.WriteLine($"{tool.Name}: {remark}");
        foreach (var path in missing) Console.Out.WriteLine($"{path.Path}\t{path.Kind}\t{path.Group}");
        Console.Error.WriteLine($"{tool.Name}: watches {list.Paths.Length - missing.Length} of {list.Paths.Length} paths");
        return missing.Length > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static string Text(string file)
    {
        if (file == "-") return Console.In.ReadToEnd();
        if (new FileInfo(file).Length > MostBytes) throw new InvalidDataException($"{file}: is too large for a configuration");
        return File.ReadAllText(file);
    }
}
