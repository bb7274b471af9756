using System.Globalization;
using System.Text;
using System.Xml;
using Waterguard.Emulation;

namespace Waterguard.Validation;

/// <summary>The outcome of a validation as JUnit XML, which build servers read: a suite for each strategy, a case for each detonation, twin and variant.</summary>
internal static class ValidationJUnit
{
    public static void Write(ValidationRun run, Stream stream)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n", CheckCharacters = false });
        var suites = run.Results.GroupBy(r => r.Strategy, StringComparer.Ordinal).Select(g => (Name: g.Key, Cases: g.SelectMany(r => Cases(r.Result)).ToArray())).ToArray();
        xml.WriteStartElement("testsuites");
        Counts(suites.SelectMany(s => s.Cases).ToArray(), xml);
        xml.WriteAttributeString("time", run.Took.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        foreach (var (name, cases) in suites)
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", name);
            Counts(cases, xml);
            foreach (var one in cases) Write(one, xml);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Counts(Case[] cases, XmlWriter xml)
    {
        xml.WriteAttributeString("tests", cases.Length.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", cases.Count(c => c.Failure is not null).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("skipped", cases.Count(c => c.Skipped is not null).ToString(CultureInfo.InvariantCulture));
    }

    private static void Write(Case one, XmlWriter xml)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", one.Class);
        xml.WriteAttributeString("name", Clean(one.Name));
        if (one.Failure is { } failure)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", Clean(failure));
            xml.WriteEndElement();
        }
        else if (one.Skipped is { } skipped)
        {
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", Clean(skipped));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static IEnumerable<Case> Cases(ScenarioResult result)
    {
        var (id, rule) = (result.Scenario.Id, result.Expected.Rule);
        if (!result.Ran)
        {
            yield return new Case(id, $"{rule}: fires", null, "a live scenario is not run here");
            yield break;
        }

        yield return new Case(id, $"{rule}: fires", !result.Problems.IsEmpty ? string.Join("; ", result.Problems) : result.Fired ? null : $"it did not fire within {result.Expected.Within}", null);
        foreach (var twin in result.Twins) yield return new Case(id, $"{rule}: is quiet: {twin.Name}", twin.Quiet ? null : "it was not quiet", null);
        foreach (var variant in result.Variants)
        {
            yield return new Case(id, $"{rule}: catches: {variant.Name}", variant.Caught || !variant.Expected ? null : "it was not caught", !variant.Caught && !variant.Expected ? $"a known blind spot: {variant.Reason}" : null);
        }
    }

    // XML 1.0 has no way to write most control characters.
    private static string Clean(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < from.Length; i++) to[i] = XmlConvert.IsXmlChar(from[i]) ? from[i] : '\uFFFD';
    });

    private sealed record Case(string Class, string Name, string? Failure, string? Skipped);
}
