using System.CommandLine;
using System.Text.RegularExpressions;
using Waterguard.Strategies;
using Waterguard.Strategies.Import;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy new</c>: the skeleton of a strategy.</summary>
internal static partial class StrategyNewCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "The strategy's name: small letters, digits and dashes" };
        var into = Into();
        var command = new Command("new", "Make the skeleton of a strategy") { name, into };
        command.SetAction(parsed =>
        {
            var called = parsed.GetRequiredValue(name);
            if (!Name().IsMatch(called)) return ExitCodes.Refuse($"'{called}' is no name for a strategy: small letters, digits and dashes, at most 80");
            return Write(DocumentImport.Import(called, called + ".md", "", StrategyCatalog.Attack()), parsed.GetRequiredValue(into));
        });
        return command;
    }

    internal static Option<string> Into() => new("--into") { Description = "The folder in which the strategy's folder is made", HelpName = "DIR", DefaultValueFactory = _ => "." };

    /// <summary>Writes the skeleton; a folder that has files is left as it is.</summary>
    internal static int Write(ImportedStrategy strategy, string into)
    {
        try
        {
            var folder = Path.Combine(into, strategy.Name);
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) return ExitCodes.Refuse($"{folder}: there is something in this folder already");
            Directory.CreateDirectory(Path.Combine(folder, "detections"));
            foreach (var (path, text) in strategy.Files) File.WriteAllText(Path.Combine(folder, path), text);
            Console.Error.WriteLine($"{folder}: made. 'waterguard strategy lint {folder}' says what it lacks.");
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,79}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
