using System.CommandLine;
using Waterguard.Pipeline;

namespace Waterguard.Commands;

/// <summary>The options by which a command is told what content to load.</summary>
internal sealed record ContentArguments(Option<string[]> Rules, Option<bool> NoBuiltIn, Option<string[]> Lists, Option<string[]> Content)
{
    public static ContentArguments Create() => new(
        new Option<string[]>("--rules") { Description = "Further Sigma rules: a file or a folder", HelpName = "DIR" },
        new Option<bool>("--no-builtin") { Description = "Leave our rules and correlations out" },
        new Option<string[]>("--lists") { Description = "Further lists: a file or a folder", HelpName = "DIR" },
        new Option<string[]>("--content") { Description = "A folder laid out like ours; a file at the same path replaces ours", HelpName = "DIR" });

    public void AddTo(Command command)
    {
        command.Add(Rules);
        command.Add(NoBuiltIn);
        command.Add(Lists);
        command.Add(Content);
    }

    public ContentOptions Read(ParseResult parsed) => new(
        !parsed.GetValue(NoBuiltIn), [.. parsed.GetValue(Content) ?? []], [.. parsed.GetValue(Rules) ?? []], [.. parsed.GetValue(Lists) ?? []]);
}
