using System.Text;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Configuration;

public sealed class ServiceConfigurationTests
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 };

    [Fact]
    public void The_example_of_the_documentation_can_be_used()
    {
        var bag = new DiagnosticBag();
        var configuration = Load(File.ReadAllText(Repository.PathOf("docs", "waterguard.example.yaml")), bag);

        Assert.Empty(bag.ToSorted());
        Assert.Equal(7, configuration!.Inputs.Length);
        Assert.All(configuration.Inputs, i => Assert.NotNull(i.Kind.Create(i, new TransportSurroundings(TimeProvider.System, (_, _) => { }), bag)));
        Assert.Equal("prod", configuration.Inputs[0].Labels["orchestrator.cluster.name"]);
    }

    [Fact]
    public void The_example_for_clouds_can_be_used()
    {
        var bag = new DiagnosticBag();
        var configuration = Load(File.ReadAllText(Repository.PathOf("docs", "clouds.example.yaml")), bag);

        Assert.Empty(bag.ToSorted());
        Assert.All(configuration!.Inputs, i => Assert.NotNull(i.Kind.Create(i, new TransportSurroundings(TimeProvider.System, (_, _) => { }), bag)));
        Assert.Empty(bag.ToSorted());
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_its_place()
    {
        var bag = new DiagnosticBag();
        var text = """
            dta: /x
            journal: {size: 4GB}
            min_level: hgh
            inputs:
              - {name: a, transport: tial, path: /x}
              - {name: b, transport: tail, pth: /x, path: /y}
              - {name: b, transport: http, key: verysecret}
              - {name: "c d", transport: tail}
              - just text
            """;

        Assert.Null(Load(text, bag));
        Assert.Equal(
            [
                "w.yaml:1:1: error WG2101: There is no key 'dta' here. Did you mean 'data'?",
                "w.yaml:2:17: error WG2106: 'size' must be a size such as 64MiB, at least 1048576 bytes, not '4GB'.",
                "w.yaml:3:12: error WG1014: 'min_level' must be one of informational, low, medium, high, critical, not 'hgh'. Did you mean 'high'?",
                $"w.yaml:5:26: error WG2103: There is no transport 'tial'; there are {string.Join(", ", TransportCatalog.All.Select(k => k.Name))}. Did you mean 'tail'?",
                "w.yaml:6:32: error WG2101: There is no key 'pth' here. Did you mean 'path'?",
                "w.yaml:7:12: error WG2104: Another input is named 'b'.",
                "w.yaml:7:37: error WG2102: 'key' must say where the secret is, file:PATH or env:NAME; secrets are not written here.",
                "w.yaml:8:5: error WG1011: 'path' is missing: Files to follow: paths with *, ? and ** (any folders); a folder stands for the files in it. Compressed rotated files may be among them.",
                "w.yaml:8:12: error WG2107: 'c d' is no name: letters, digits, dot, dash and underscore, at most 64.",
                "w.yaml:9:5: error WG1010: An input is a mapping: name, transport, and what the transport needs.",
            ],
            bag.ToSorted().Select(d => d.ToString()));
    }

    [Fact]
    public void A_literal_secret_is_not_shown_when_it_is_refused()
    {
        var bag = new DiagnosticBag();
        Load("inputs:\n  - {name: a, transport: http, key: hunter2hunter2}\n", bag);

        Assert.DoesNotContain(bag.ToSorted(), d => d.ToString().Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains(bag.ToSorted(), d => d.Code == "WG2102");
    }

    [Fact]
    public void The_published_schema_says_what_is_read() => Same(Repository.PathOf("docs", "schemas", "waterguard.schema.json"), ConfigurationSchema.Json());

    [Fact]
    public void The_documented_keys_are_those_that_are_read()
    {
        const string Mark = "<!-- keys -->\n";
        var path = Repository.PathOf("docs", "configuration.md");
        var text = File.ReadAllText(path);
        Same(path, text[..(text.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)] + "\n" + ConfigurationSchema.Markdown().TrimEnd() + "\n");
    }

    [Fact]
    public void Kinds_of_transport_stand_in_alphabetical_order() =>
        Assert.Equal(TransportCatalog.All.Select(k => k.Name).Order(StringComparer.Ordinal), TransportCatalog.All.Select(k => k.Name));

    private static void Same(string path, string text)
    {
        if (Update) File.WriteAllText(path, text);
        else Assert.Equal(File.ReadAllText(path), text);
    }

    private static ServiceConfiguration? Load(string text, DiagnosticBag bag) => ServiceConfiguration.Load("w.yaml", Encoding.UTF8.GetBytes(text), bag);
}
