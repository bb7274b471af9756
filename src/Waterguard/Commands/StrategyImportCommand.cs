using System.CommandLine;
using System.Text;
using Waterguard.Strategies;
using Waterguard.Strategies.Import;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy import</c>: a strategy's skeleton out of anybody's document in the framework's shape.</summary>
internal static class StrategyImportCommand
{
    private const int MostBytes = 4_000_000;

    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "A document with the framework's headings: Markdown or text" };
        var name = new Option<string?>("--name") { Description = "The strategy's name; without, made of the file's", HelpName = "NAME" };
        var into = StrategyNewCommand.Into();
        var dry = new Option<bool>("--dry-run") { Description = "Only tell what is wrong and what remains to be bound" };
        var command = new Command("import", "Make a strategy's skeleton out of a document, and tell what its categorization gets wrong") { file, name, into, dry };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!File.Exists(path)) return ExitCodes.Refuse($"{path}: there is no such file");
            if (new FileInfo(path).Length > MostBytes) return ExitCodes.Refuse($"{path}: the file has more than {MostBytes} bytes");
            var imported = DocumentImport.Import(NameOf(parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(path)), path, File.ReadAllText(path), StrategyCatalog.Attack());
            foreach (var finding in imported.Findings) Console.Out.WriteLine(finding);
            foreach (var (claim, sentence) in imported.ToBind) Console.Out.WriteLine($"to bind: {claim}: {sentence}");
            Console.Out.WriteLine($"{imported.Name}: {imported.Findings.Length} findings, {imported.ToBind.Length} sentences to bind.");
            return parsed.GetValue(dry) ? ExitCodes.Done : StrategyNewCommand.Write(imported, parsed.GetRequiredValue(into));
        });
        return command;
    }

    /// <summary>A file's name as a strategy's: <c>005 Privileged Group.md</c> is <c>005-privileged-group</c>.</summary>
    internal static string NameOf(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
        }

        var trimmed = name.ToString().Trim('-');
        return trimmed.Length == 0 ? "imported" : trimmed[..Math.Min(80, trimmed.Length)];
    }
}
