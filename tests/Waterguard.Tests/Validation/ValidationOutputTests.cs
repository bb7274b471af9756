using System.Text;
using System.Xml.Linq;
using Waterguard.Emulation;
using Waterguard.Validation;
using Xunit;

namespace Waterguard.Tests.Validation;

/// <summary>The forms of the results are contracts: updating the golden files is intentional, never automatic.</summary>
public sealed class ValidationOutputTests
{
    [Fact]
    public void The_results_are_written_as_the_golden_file_says() => Same("validation.json", Text(s => ValidationJson.Write(Some(), s)) + "\n");

    [Fact]
    public void The_results_are_JUnit_as_the_golden_file_says() => Same("validation.junit.xml", Text(s => ValidationJUnit.Write(Some(), s)) + "\n");

    [Fact]
    public void JUnit_counts_what_it_lists()
    {
        var xml = XDocument.Parse(Text(s => ValidationJUnit.Write(Some(), s)));

        Assert.All(xml.Descendants("testsuite").Append(xml.Root!), suite =>
        {
            Assert.Equal(suite.Descendants("testcase").Count(), (int)suite.Attribute("tests")!);
            Assert.Equal(suite.Descendants("failure").Count(), (int)suite.Attribute("failures")!);
            Assert.Equal(suite.Descendants("skipped").Count(), (int)suite.Attribute("skipped")!);
        });
    }

    [Fact]
    public void People_read_the_misses_and_the_blind_spots()
    {
        var text = new StringWriter();
        ValidationText.Write(Some(), text);

        Assert.Contains("did not fire within 00:05:00; others did: Other rule", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("the benign twin 'loud' was not quiet", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("the variant 'past' was not caught", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("R: known: nobody looks", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 live scenarios are not run here: engine", text.ToString(), StringComparison.Ordinal);
    }

    private static ValidationRun Some()
    {
        var scenario = ScenarioParserTests.Parse("id: quay\nclaim: C\ndetonate: [{source: json, record: {a: 1}}]\nexpect: [{rule: R, within: 1m}, {rule: S, within: 5m}]\n");
        var live = ScenarioParserTests.Parse("id: engine\nkind: live\nclaim: C\ndetonate: [{run: [docker, run, x]}]\nexpect: [{rule: R, within: 1m}]\n");
        ScenarioResult[] results =
        [
            new(scenario, scenario.Expect[0], true, true, TimeSpan.FromSeconds(1.5), [new("calm", true)], [new("in pieces", true, true, null), new("known", false, false, "nobody looks")], [], []),
            new(scenario, scenario.Expect[1], true, false, null, [new("loud", false)], [new("past", false, true, null)], [new("id", "Other rule", "low", 2)], ["detonate: no record was recognised as json\u0001"]),
            .. ScenarioRunner.Run(live, _ => throw new InvalidOperationException("A live scenario was played.")),
        ];
        return new ValidationRun([.. results.Select(r => new OwnedResult("harbour", r))], new DateTimeOffset(2026, 11, 3, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(2.5));
    }

    private static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Same(string name, string text)
    {
        var path = Repository.PathOf("tests", "Waterguard.Tests", "Validation", "Golden", name);
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text);
        else Assert.Equal(File.ReadAllText(path), text);
    }
}
