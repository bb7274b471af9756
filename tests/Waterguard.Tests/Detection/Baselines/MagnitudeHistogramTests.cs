using Waterguard.Detection.Baselines;
using Xunit;

namespace Waterguard.Tests.Detection.Baselines;

/// <summary>Quantiles of deviations in a few hundred bytes.</summary>
public sealed class MagnitudeHistogramTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.998)]
    public void A_quantile_is_right_within_a_half_octave(double share)
    {
        var random = new Random(7);
        var histogram = new MagnitudeHistogram(1);
        double[] values = [.. Enumerable.Range(0, 20_000).Select(_ => Math.Exp(random.NextDouble() * 10))];
        foreach (var value in values) histogram.Add(value);

        var exact = values.Order().ElementAt((int)(share * values.Length));

        Assert.InRange(histogram.Quantile(share), exact / 1.5, exact * 1.5);
    }

    [Fact]
    public void Deviations_of_nothing_count_among_the_small_ones()
    {
        var histogram = new MagnitudeHistogram(1);
        for (var i = 0; i < 999; i++) histogram.Add(0);
        histogram.Add(8);

        Assert.Equal(0, histogram.Quantile(0.99));
        Assert.InRange(histogram.Quantile(0.9995), 4, 16);
    }

    [Fact]
    public void Values_from_the_smallest_to_the_largest_fit_and_the_largest_are_kept_apart()
    {
        var histogram = new MagnitudeHistogram(1);
        for (var exponent = -30; exponent <= 30; exponent++) histogram.Add(Math.Pow(10, exponent));

        Assert.InRange(histogram.Quantile(0.99), 1e29, 2e30);
    }

    [Fact]
    public void What_was_long_ago_counts_less()
    {
        var histogram = new MagnitudeHistogram(0.99);
        for (var i = 0; i < 1000; i++) histogram.Add(100);
        for (var i = 0; i < 1000; i++) histogram.Add(1);

        Assert.InRange(histogram.Quantile(0.99), 0.5, 2);
    }
}
