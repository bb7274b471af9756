using System.Text.RegularExpressions;
using System.Xml.Linq;
using Waterguard.Content;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Conventions;

/// <summary>What the project has agreed on, as far as a machine can tell.</summary>
public sealed partial class RepositoryTests
{
    private const int MostLines = 400;

    // The arrows between projects: what may know what. A project is listed when it exists.
    private static readonly Dictionary<string, string[]> References = new(StringComparer.Ordinal)
    {
        ["Waterguard.Content"] = [],
        ["Waterguard.Events"] = [],
        ["Waterguard.Platforms"] = [],
        ["Waterguard.Sigma"] = ["Waterguard.Content", "Waterguard.Events"],
        ["Waterguard.Detection"] = ["Waterguard.Events", "Waterguard.Sigma"],
        ["Waterguard.Alerting"] = ["Waterguard.Content", "Waterguard.Detection", "Waterguard.Events", "Waterguard.Sigma"],
        ["Waterguard.Strategies"] = ["Waterguard.Alerting", "Waterguard.Content", "Waterguard.Events", "Waterguard.Sigma"],
        ["Waterguard.Sources"] = ["Waterguard.Content", "Waterguard.Events", "Waterguard.Platforms"],
        ["Waterguard.Storage"] = ["Waterguard.Alerting", "Waterguard.Events"],
        ["Waterguard.Response"] = ["Waterguard.Alerting", "Waterguard.Content", "Waterguard.Platforms"],
        ["Waterguard.Emulation"] = ["Waterguard.Content", "Waterguard.Platforms"],
    };

    [Fact]
    public void Projects_refer_to_each_other_as_the_architecture_says()
    {
        foreach (var project in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            if (name == "Waterguard") continue; // composes, and may know everything
            Assert.True(References.TryGetValue(name, out var allowed), $"{name} has no place in the architecture");
            var refers = XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Order(StringComparer.Ordinal);
            var existing = allowed!.Where(a => Directory.Exists(Repository.PathOf("src", a)));

            Assert.Empty(refers.Except(existing, StringComparer.Ordinal).Select(r => $"{name} -> {r}"));
        }
    }

    [Fact]
    public void No_code_file_is_longer_than_it_should_be() =>
        Assert.DoesNotContain(Files(".cs").Select(f => (File: Relative(f), Lines: File.ReadLines(f).Count())), f => f.Lines > MostLines);

    [Fact]
    public void No_type_is_called_by_a_name_that_says_nothing() =>
        Assert.Empty(Files(".cs").SelectMany(f => EmptyName().Matches(File.ReadAllText(f)).Select(m => $"{Relative(f)}: {m.Value}")));

    [Fact]
    public void No_file_mentions_a_path_of_the_machine_that_it_was_written_on() =>
        Assert.Empty(Files(".cs", ".md", ".yml", ".csproj", ".sh", ".json").Where(f => MachinePath().IsMatch(File.ReadAllText(f))).Select(Relative));

    [Fact]
    public void All_content_loads_without_an_error_and_without_a_warning()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default);

        Assert.NotEmpty(generation.Rules.Rules);
        Assert.Empty(generation.Diagnostics.Where(d => d.Severity == Severity.Error));
    }

    [Fact]
    public void Every_file_of_content_is_embedded_in_the_tool()
    {
        var embedded = typeof(Generation).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("content/", StringComparison.Ordinal)).Select(n => n["content/".Length..].Replace('\\', '/'));
        var onDisk = Directory.EnumerateFiles(Repository.PathOf("content"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Repository.PathOf("content"), f).Replace('\\', '/'));

        Assert.Equal(onDisk.Order(StringComparer.Ordinal), embedded.Order(StringComparer.Ordinal));
    }

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path);

    private static IEnumerable<string> Files(params string[] endings) =>
        new[] { "src", "tests", "bench", "docs", "content", "samples", "scripts" }.Select(f => Repository.PathOf(f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Where(f => endings.Contains(Path.GetExtension(f), StringComparer.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+\w*(Manager|Helper|Helpers|Utils|Utilities|Common|Misc)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmptyName();

    [GeneratedRegex("/wor" + "k/|/home/[a-z]+/|/User" + "s/", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();
}
