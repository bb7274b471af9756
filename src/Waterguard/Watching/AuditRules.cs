using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Waterguard.Watching;

/// <summary>Rules of the Linux audit system: <c>-a always,exit -F dir=…</c>; read also in the old form, as <c>auditctl -l</c> prints them.</summary>
internal sealed class AuditRules : IWatchTool
{
    /// <summary>The key of our rules: what they bring is found by it.</summary>
    public const string Key = "waterguard-watch";

    public string Name => "auditd";

    public string Write(WatchList list)
    {
        var text = new StringBuilder();
        text.Append("# For /etc/audit/rules.d/ (augenrules --load), or: auditctl -R FILE. What is written there, or changes its owner or mode, is logged with the key\n");
        text.Append(CultureInfo.InvariantCulture, $"# {Key}. 'dir' is a folder with everything below it, 'path' one file. A folder that does not exist yet is not watched: load the rules\n");
        text.Append("# again after a runtime was installed; -i goes on past those. The kernel knows no patterns: of one, the folder above is watched.\n");
        text.Append("# The list names beginnings of paths (containerd stands for containerd-shim-runc-v2 as well); here each file needs its own line.\n");
        text.Append("-i\n");
        var group = "";
        foreach (var path in list.Paths)
        {
            if (path.Group != group) text.Append(CultureInfo.InvariantCulture, $"# {group = path.Group}\n");
            text.Append(CultureInfo.InvariantCulture, $"-a always,exit -F {(path.IsFolder || path.IsPattern ? "dir" : "path")}={path.Root} -F perm=wa -F key={Key}\n");
        }

        return text.ToString();
    }

    public WatchReading Read(string text)
    {
        var rules = new List<(bool Always, bool Below, string Path)>();
        var remarks = ImmutableArray.CreateBuilder<string>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            number++;
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] != '-') continue;
            if (words[0] == "-e" && words[1] == "0") remarks.Add($"line {number}: auditing is switched off");
            if (words[0] == "-w") Watch(words, rules);
            else if (words[0] is "-a" or "-A") Filter(words, number, rules, remarks);
        }

        // The first rule that fits decides.
        return new WatchReading(p => rules.Find(r => r.Below ? Paths.Lies(p, r.Path) : p == r.Path).Always, remarks.ToImmutable());
    }

    // -w PATH -p PERMISSIONS: everything below, where the path is a folder; the line does not say whether it is.
    private static void Watch(string[] words, List<(bool Always, bool Below, string Path)> rules)
    {
        var permissions = Array.IndexOf(words, "-p") is var at and > 0 && at + 1 < words.Length ? words[at + 1] : "rwxa";
        if (permissions.Contains('w', StringComparison.Ordinal)) rules.Add((true, true, words[1]));
    }

    private static void Filter(string[] words, int number, List<(bool Always, bool Below, string Path)> rules, ImmutableArray<string>.Builder remarks)
    {
        var action = words[1].Split(',');
        var never = action.Contains("never", StringComparer.Ordinal);
        var fields = words.Select((w, i) => (Word: w, i)).Where(w => w.Word == "-F" && w.i + 1 < words.Length).Select(w => words[w.i + 1]).ToArray();
        if (never && action.Contains("task", StringComparer.Ordinal) && fields.Length == 0)
        {
            remarks.Add($"line {number}: '-a never,task' keeps new processes from being audited at all");
            rules.Insert(0, (false, true, "/"));
            return;
        }

        var place = Array.Find(fields, f => f.StartsWith("dir=", StringComparison.Ordinal) || f.StartsWith("path=", StringComparison.Ordinal));
        if (place is null) return;
        var others = fields.Where(f => f != place && !f.StartsWith("key=", StringComparison.Ordinal) && !f.StartsWith("perm=", StringComparison.Ordinal) && !f.StartsWith("arch=", StringComparison.Ordinal)).ToArray();
        var permissions = Array.Find(fields, f => f.StartsWith("perm=", StringComparison.Ordinal)) ?? (Array.Exists(words, w => w == "-S") ? "" : "perm=rwxa");
        // A rule for some processes or users only does not watch; one that leaves out some hides.
        if (!never && (others.Length > 0 || !permissions.Contains('w', StringComparison.Ordinal))) remarks.Add($"line {number}: watches only where {string.Join(" and ", others.DefaultIfEmpty(permissions.Length > 0 ? permissions : "some system calls are made"))}");
        else if (action.Contains("exit", StringComparer.Ordinal)) rules.Insert(words[0] == "-A" ? 0 : rules.Count, (!never, place[0] == 'd', place[(place.IndexOf('=', StringComparison.Ordinal) + 1)..]));
    }
}
