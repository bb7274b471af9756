using Waterguard.Detection.Baselines;
using Waterguard.Tests.Detection.Correlations;
using Xunit;

namespace Waterguard.Tests.Detection.Baselines;

/// <summary>What is expected of a series, and how surprising a sample is.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class BaselineStateTests
{
    private static readonly long Minute = TimeSpan.TicksPerMinute;

    [Fact]
    public void A_sample_far_outside_of_what_was_seen_scores_high_and_ordinary_ones_do_not()
    {
        var series = new Series(Direction.Both);
        var ordinary = series.Noise(600, 0.25, 0.01);

        var odd = series.Add(0.95);

        Assert.InRange(ordinary.Skip(100).Max(v => v.Score), 0, 6);
        Assert.InRange(odd.Score, 9, 30);
        Assert.InRange(odd.Expected, 0.2, 0.3);
    }

    [Fact]
    public void Nothing_is_said_before_the_learning_time_is_over()
    {
        var series = new Series(Direction.Both, learn: 120 * Minute);
        series.Noise(100, 0.25, 0.01);

        Assert.False(series.Add(5).Ready);
        series.Noise(30, 0.25, 0.01);
        Assert.True(series.Add(5).Ready);
    }

    [Theory]
    [InlineData("Up", 0.9, true)]
    [InlineData("Up", 0.0, false)]
    [InlineData("Down", 0.9, false)]
    [InlineData("Down", 0.0, true)]
    public void Only_the_direction_asked_for_counts(string direction, double value, bool surprising)
    {
        var series = new Series(Enum.Parse<Direction>(direction));
        series.Noise(400, 0.5, 0.01);

        Assert.Equal(surprising, series.Add(value).Score > 6);
    }

    [Fact]
    public void A_daily_rhythm_is_expected_once_it_is_known()
    {
        var (known, unknown) = (new Series(Direction.Both, season: 24, step: 10 * Minute), new Series(Direction.Both, season: 24, step: 10 * Minute));
        BaselineVerdict Day(Series series, int sample, bool busy) => series.Add((busy && sample % 144 is >= 60 and < 72 ? 0.8 : 0.2) + series.Jitter(0.01));
        for (var i = 0; i < 144 * 8; i++) Day(known, i, busy: true);
        for (var i = 0; i < 144 * 8; i++) Day(unknown, i, busy: false);

        var expected = Enumerable.Range(0, 66).Select(i => Day(known, i, busy: true)).Last();
        var surprise = Enumerable.Range(0, 61).Select(i => Day(unknown, i, busy: true)).Last();

        Assert.InRange(expected.Score, 0, 5);
        Assert.InRange(surprise.Score, 9, 40);
    }

    [Fact]
    public void An_attack_that_goes_on_for_a_while_does_not_become_the_usual_thing()
    {
        var series = new Series(Direction.Up);
        series.Noise(600, 0.05, 0.005);
        for (var i = 0; i < 10; i++) series.Add(0.95);
        series.Noise(240, 0.05, 0.005);

        Assert.InRange(series.Add(0.95).Score, 6, 30);
    }

    [Fact]
    public void What_stays_is_learnt_so_that_a_rollout_does_not_alert_for_ever()
    {
        var series = new Series(Direction.Up);
        series.Noise(600, 0.05, 0.005);
        series.Noise(400, 0.6, 0.005);

        Assert.InRange(series.Noise(200, 0.6, 0.005).Max(v => v.Score), 0, 6);
    }

    [Fact]
    public void A_series_that_never_moved_is_surprised_by_the_first_step_and_divides_by_nothing()
    {
        var series = new Series(Direction.Both);
        for (var i = 0; i < 500; i++) Assert.InRange(series.Add(45).Score, 0, 0.001);

        Assert.InRange(series.Add(46).Score, 6, 200);
    }

    [Fact]
    public void One_series_takes_less_than_a_kilobyte()
    {
        const int Many = 10_000;
        var kept = new BaselineState[Many];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var setting = new BaselineSetting(Direction.Both, 24, 0);
        for (var i = 0; i < Many; i++)
        {
            kept[i] = new BaselineState(setting);
            for (var sample = 0; sample < 3; sample++) kept[i].Judge(sample * Minute, i + sample);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Many;
        GC.KeepAlive(kept);
        Assert.InRange(each, 100, 1024);
    }

    private sealed class Series(Direction direction, int season = 0, long learn = 0, long? step = null)
    {
        private readonly Random _random = new(5);
        private readonly BaselineState _state = new(new BaselineSetting(direction, season, learn));
        private long _at = new DateTime(2026, 11, 2, 0, 0, 0, DateTimeKind.Utc).Ticks;

        public BaselineVerdict Add(double value) => _state.Judge(_at += step ?? Minute, value);

        public double Jitter(double width) => ((_random.NextDouble() * 2) - 1) * width;

        public List<BaselineVerdict> Noise(int count, double level, double width) => [.. Enumerable.Range(0, count).Select(_ => Add(level + Jitter(width)))];
    }
}
