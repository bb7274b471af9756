using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Waterguard.Watching;

/// <summary>Selection rules of AIDE 0.18: <c>REGEX GROUP</c>. Expressions are anchored at their beginning only.</summary>
internal sealed partial class AideRules : IWatchTool
{
    private const string Group = "WaterguardWatch";
    private const string Attributes = "p+ftype+i+l+n+u+g+s+m+c+sha256";

    // Attributes that tell that the content changed; and what stands for them in the groups that AIDE knows by itself.
    private static readonly HashSet<string> Sums = new(
        "md5 sha1 sha256 sha512 rmd160 tiger crc32 crc32b haval whirlpool gost stribog256 stribog512 sha512_256 sha3_256 sha3_512 H R".Split(' '), StringComparer.Ordinal);

    public string Name => "aide";

    public string Write(WatchList list)
    {
        var text = new StringBuilder();
        text.Append("# AIDE 0.18 or later: include it from aide.conf (Debian: /etc/aide/aide.conf.d/). Then: aide --init, and put the new database in place.\n");
        text.Append("# For reports that can be read by a machine: report_format=json\n");
        text.Append(CultureInfo.InvariantCulture, $"{Group} = {Attributes}\n");
        var group = "";
        foreach (var path in list.Paths)
        {
            if (path.Group != group) text.Append(CultureInfo.InvariantCulture, $"# {group = path.Group}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Expression(path)} {Group}\n");
        }

        return text.ToString();
    }

    public WatchReading Read(string text)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        var (selected, left) = (new List<Regex>(), new List<Regex>());
        var remarks = ImmutableArray.CreateBuilder<string>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                if (line.StartsWith("@@include", StringComparison.Ordinal) || line.StartsWith("@@x_include", StringComparison.Ordinal)) remarks.Add($"line {number}: what {line} brings is not looked at; give the output of 'aide --config-check' or the files together");
            }
            else if (line[0] is '/' or '!' or '=' or '-') Select(line, number, groups, selected, left, remarks);
            else if (Definition().Match(line) is { Success: true } definition) groups[definition.Groups["name"].Value] = definition.Groups["value"].Value;
        }

        return new WatchReading(p => selected.Exists(s => s.IsMatch(p)) && !left.Exists(l => l.IsMatch(p)), remarks.ToImmutable());
    }

    // /REGEX GROUP, =REGEX GROUP (the folder itself only), !REGEX and -REGEX (left out); a restriction such as d,f may stand between
    private static void Select(string line, int number, Dictionary<string, string> groups, List<Regex> selected, List<Regex> left, ImmutableArray<string>.Builder remarks)
    {
        var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var excluded = words[0][0] is '!' or '-';
        var pattern = words[0][0] == '/' ? words[0] : words[0][1..];
        if (Paths.Expression("^(?:" + pattern + (words[0][0] == '=' ? ")$" : ")")) is not { } expression) remarks.Add($"line {number}: the expression is not understood: {pattern}");
        else if (excluded) left.Add(expression);
        else if (words.Length < 2) remarks.Add($"line {number}: no group says what is checked");
        else if (Checks(words[^1], groups, 0)) selected.Add(expression);
        else remarks.Add($"line {number}: {words[^1]} has no checksum: changed content is not told");
    }

    // A+B-C, names of other groups among them
    private static bool Checks(string attributes, Dictionary<string, string> groups, int depth)
    {
        var found = false;
        foreach (Match part in Part().Matches(attributes))
        {
            var name = part.Groups["name"].Value;
            if (!Sums.Contains(name) && !(depth < 16 && groups.TryGetValue(name, out var value) && Checks(value, groups, depth + 1))) continue;
            found = part.Groups["sign"].Value != "-";
        }

        return found;
    }

    private static string Expression(WatchedPath path) => path switch
    {
        { IsPattern: true } => Regex.Escape(path.Path).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal) + "$",
        { IsFolder: true } => Regex.Escape(path.Path.TrimEnd('/')) + "(/|$)",
        _ => Regex.Escape(path.Path),
    };

    [GeneratedRegex("^(?<name>[A-Za-z0-9_]+)\\s*=\\s*(?<value>[A-Za-z0-9_+>-]+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Definition();

    [GeneratedRegex("(?<sign>[+-]?)(?<name>[A-Za-z0-9_>]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
