using System.Diagnostics;
using Waterguard.Sigma.Modifiers;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class LinearRegexTests
{
    [Fact]
    public void An_expression_is_built_once()
    {
        Assert.True(LinearRegex.TryCreate("a+b", ignoreCase: true, multiLine: false, dotAll: false, out var one, out _));
        Assert.True(LinearRegex.TryCreate("a+b", ignoreCase: true, multiLine: false, dotAll: false, out var other, out _));

        Assert.Same(one, other);
    }

    [Theory]
    [InlineData("^a$", false, false, "x\na", false)]
    [InlineData("^a$", true, false, "x\na", true)]
    [InlineData("x.a", false, false, "x\na", false)]
    [InlineData("x.a", false, true, "x\na", true)]
    [InlineData("b", false, false, "abc", true)]
    public void Flags_mean_what_sigma_says(string pattern, bool multiLine, bool dotAll, string value, bool expected)
    {
        Assert.True(LinearRegex.TryCreate(pattern, ignoreCase: false, multiLine, dotAll, out var regex, out _));
        Assert.Equal(expected, regex.IsMatch(value));
    }

    [Fact]
    public void An_expression_that_would_backtrack_for_ever_ends_at_once()
    {
        Assert.True(LinearRegex.TryCreate("^(a+)+$", ignoreCase: false, multiLine: false, dotAll: false, out var regex, out _));

        var watch = Stopwatch.StartNew();
        Assert.DoesNotMatch(regex, new string('a', 50_000) + "b");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }
}
