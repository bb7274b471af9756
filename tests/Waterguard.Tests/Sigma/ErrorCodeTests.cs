using System.Reflection;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed partial class ErrorCodeTests
{
    private static readonly string[] InCode =
    [
        .. new[] { typeof(ContentCodes), typeof(SigmaCodes), typeof(Waterguard.Sources.SourceCodes), typeof(Waterguard.Sources.Configuration.ConfigurationCodes), typeof(Waterguard.Pipeline.ListCodes), typeof(Waterguard.Witnesses.ReadingCodes), typeof(Waterguard.Alerting.Suppression.SuppressionCodes), typeof(Waterguard.Strategies.StrategyCodes), typeof(Waterguard.Emulation.ScenarioCodes) }
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => (string)f.GetRawConstantValue()!),
    ];

    [Fact]
    public void Every_code_is_in_the_documentation_and_every_documented_code_exists()
    {
        var documented = TableRow().Matches(File.ReadAllText(CaseTable.InRepository("docs", "errors.md"))).Select(m => m.Groups["code"].Value);

        Assert.Equal(InCode.Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void No_code_is_used_twice() => Assert.Distinct(InCode);

    [GeneratedRegex(@"^\| (?<code>WG\d{4}) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableRow();
}
