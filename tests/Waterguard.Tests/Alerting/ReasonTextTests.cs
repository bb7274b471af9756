using System.Collections.Immutable;
using Waterguard.Alerting;
using Xunit;

namespace Waterguard.Tests.Alerting;

public sealed class ReasonTextTests
{
    private static readonly ImmutableDictionary<string, ImmutableArray<string>> Values = ImmutableDictionary<string, ImmutableArray<string>>.Empty
        .Add("user.name", ["ines"]).Add("image", ["a", "b", "a"]).Add("evil", ["{user.name} ] ["]).Add("many", ["1", "2", "3", "4", "5", "6"]);

    [Theory]
    [InlineData("{user.name} did it", "ines did it")]
    [InlineData("{nobody} did it", "(unknown) did it")]
    [InlineData("started[, asked for by {user.name}]", "started, asked for by ines")]
    [InlineData("started[, asked for by {nobody}]", "started")]
    [InlineData("started[ by {user.name} of {nobody}] here", "started here")]
    [InlineData("images {image}", "images a, b")]
    [InlineData("{many}", "1, 2, 3, 4 and 2 more")]
    [InlineData("an open { stays", "an open { stays")]
    public void A_template_is_filled_with_values(string template, string expected) => Assert.Equal(expected, ReasonText.Fill(template, Values));

    [Fact]
    public void A_value_is_never_read_as_a_template() => Assert.Equal("{user.name} ] [", ReasonText.Fill("{evil}", Values));
}
