using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Waterguard.Watching;

/// <summary>Wazuh's <c>&lt;syscheck&gt;</c> section: <c>&lt;directories&gt;</c> are folders, files or patterns.</summary>
internal sealed class SyscheckDirectories : IWatchTool
{
    private const int DefaultLevels = 256;

    public string Name => "wazuh";

    public string Write(WatchList list)
    {
        var text = new StringBuilder();
        text.Append("<!-- For ossec.conf of the agent, or agent.conf of the manager. whodata tells who did it, by the audit system; without auditd installed write\n");
        text.Append("     realtime=\"yes\". A folder is watched with everything below it; a path may be a file, and may not exist yet.\n     The list names beginnings of paths (containerd stands for containerd-shim-runc-v2 as well): here such files need their own entry. -->\n");
        text.Append("<ossec_config>\n  <syscheck>\n    <disabled>no</disabled>\n");
        var group = "";
        foreach (var path in list.Paths)
        {
            if (path.Group != group) text.Append(CultureInfo.InvariantCulture, $"    <!-- {(group = path.Group).Replace("--", "- -", StringComparison.Ordinal)} -->\n");
            text.Append(CultureInfo.InvariantCulture, $"    <directories check_all=\"yes\" whodata=\"yes\">{new XText(path.IsPattern ? path.Path : path.Root)}</directories>\n");
        }

        return text.Append("  </syscheck>\n</ossec_config>\n").ToString();
    }

    public WatchReading Read(string text)
    {
        XElement root;
        try
        {
            // Such files have several roots, one behind the other.
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, ConformanceLevel = ConformanceLevel.Fragment, MaxCharactersInDocument = 16 * 1024 * 1024 };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            root = new XElement("all");
            reader.MoveToContent();
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element) root.Add(XNode.ReadFrom(reader));
                else reader.Read();
            }
        }
        catch (XmlException e)
        {
            return WatchReading.Nothing($"the configuration is not XML: {e.Message}");
        }

        var sections = root.Descendants("syscheck").ToArray();
        var remarks = ImmutableArray.CreateBuilder<string>();
        if (sections.Length == 0) return WatchReading.Nothing("there is no syscheck section");
        if (sections.Elements("disabled").Any(d => d.Value.Trim() == "yes")) return WatchReading.Nothing("syscheck is disabled");
        var watched = sections.Elements("directories").SelectMany(d => d.Value.Split(',').Select(p => (Path: p.Trim(), Levels: Levels(d, remarks)))).Where(d => d is { Path.Length: > 0, Levels: >= 0 })
            .Select(d => (Expression: Pattern(d.Path), d.Levels)).ToArray();
        var left = sections.Elements("ignore").Select(Ignored).ToArray();
        return new WatchReading(p => Array.Exists(watched, w => Within(w.Expression, w.Levels, p)) && !Array.Exists(left, i => i(p)), remarks.ToImmutable());
    }

    // How deep below; -1 when changed content is not told.
    private static int Levels(XElement directories, ImmutableArray<string>.Builder remarks)
    {
        string Of(string name) => directories.Attribute(name)?.Value.Trim() ?? "";
        if (Of("restrict").Length > 0 || (Of("check_all") != "yes" && Of("check_sum") == "no") || (Of("check_all") == "no" && Of("check_sum") != "yes" && Of("check_sha256sum") != "yes"))
        {
            remarks.Add($"'{directories.Value.Trim()}' is watched in part only ({string.Join(' ', directories.Attributes())})");
            return -1;
        }

        return int.TryParse(Of("recursion_level"), NumberStyles.None, CultureInfo.InvariantCulture, out var levels) ? levels : DefaultLevels;
    }

    private static bool Within(Regex? folder, int levels, string path)
    {
        if (folder?.Match(path) is not { Success: true } match) return false;
        return path.AsSpan(match.Length).Count('/') <= levels;
    }

    private static Regex? Pattern(string path) =>
        Paths.Expression("^" + Regex.Escape(path.TrimEnd('/')).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal) + "(?:/|$)");

    // A path and everything below, or a simple expression in which ^ and $ anchor and | separates.
    private static Func<string, bool> Ignored(XElement ignore)
    {
        var text = ignore.Value.Trim();
        if (ignore.Attribute("type")?.Value != "sregex") return p => Paths.Lies(p, text);
        var parts = text.Split('|').Select(s => Paths.Expression((s.StartsWith('^') ? "^" : "") + Regex.Escape(s.TrimStart('^').TrimEnd('$')) + (s.EndsWith('$') ? "$" : ""))).ToArray();
        return p => Array.Exists(parts, e => e?.IsMatch(p) == true);
    }
}
