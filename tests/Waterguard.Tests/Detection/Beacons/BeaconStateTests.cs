using Waterguard.Detection.Beacons;
using Xunit;

namespace Waterguard.Tests.Detection.Beacons;

/// <summary>How much better a rhythm explains calls than chance does.</summary>
public sealed class BeaconStateTests
{
    private static readonly long Day = TimeSpan.TicksPerDay;

    [Theory]
    [InlineData(30, 0.0, 0.0)]
    [InlineData(60, 0.2, 0.1)]
    [InlineData(300, 0.5, 0.0)]
    [InlineData(600, 0.3, 0.3)]
    [InlineData(1800, 0.1, 0.2)]
    public void Jitter_and_missed_calls_weaken_a_rhythm_and_do_not_hide_it(double period, double jitter, double missed)
    {
        var beacon = Regular(period, jitter, missed, hours: 8, seed: 3).Judge(8 * TimeSpan.TicksPerHour);
        var chance = Enumerable.Range(0, 20).Select(seed => ByChance(period, hours: 8, seed).Judge(8 * TimeSpan.TicksPerHour).Strength).Max();

        Assert.True(beacon.Strength > chance, $"{beacon.Strength} against {chance} by chance");
        Assert.InRange(TimeSpan.FromTicks(beacon.Period).TotalSeconds, period * 0.8, period * 1.25);
    }

    [Fact]
    public void A_steady_beacon_that_was_there_all_the_time_is_nearly_certain()
    {
        var rhythm = Regular(60, 0, 0, hours: 12, seed: 1).Judge(12 * TimeSpan.TicksPerHour);

        Assert.InRange(rhythm.Strength, 0.8, 1);
        Assert.InRange(rhythm.Coverage, 0.99, 1);
        Assert.Equal(1, rhythm.Sizes);
    }

    [Fact]
    public void Connections_that_are_opened_at_once_are_one_call()
    {
        var (single, sixfold) = (new BeaconState(Day), new BeaconState(Day));
        for (var i = 0; i < 100; i++)
        {
            var at = i * 60 * TimeSpan.TicksPerSecond;
            single.Add(at, 10);
            for (var j = 0; j < 6; j++) sixfold.Add(at + (j * TimeSpan.TicksPerMillisecond), 10);
        }

        Assert.Equal(single.Judge(Day), sixfold.Judge(Day));
    }

    [Fact]
    public void Few_calls_prove_little_and_less_than_four_nothing()
    {
        var calls = new BeaconState(Day);
        for (var i = 0; i < 3; i++) calls.Add(i * TimeSpan.TicksPerMinute, 10);
        Assert.Equal(Rhythm.None, calls.Judge(Day));

        calls.Add(3 * TimeSpan.TicksPerMinute, 10);
        Assert.InRange(calls.Judge(4 * TimeSpan.TicksPerMinute).Strength, 0.01, 0.75);
    }

    [Fact]
    public void Calls_beyond_the_time_span_are_forgotten_and_there_are_never_more_than_may_be()
    {
        var calls = new BeaconState(TimeSpan.TicksPerHour);
        var whole = true;
        for (var i = 0; i < 5000; i++) whole &= calls.Add(i * TimeSpan.TicksPerSecond, 1);

        Assert.False(whole);
        Assert.Equal(BeaconState.MaxCalls, calls.Count);
        calls.Forget(9000 * TimeSpan.TicksPerSecond);
        Assert.Equal(0, calls.Count);
    }

    [Theory]
    [InlineData("239.255.255.250", "1900", null, "announcements to a group of the local network")]
    [InlineData("ff02::fb", "5353", null, "announcements to a group of the local network")]
    [InlineData("192.0.2.255", "137", null, "announcements to a group of the local network")]
    [InlineData("203.0.113.9", "53", "dns", "name resolution")]
    [InlineData("203.0.113.9", "123", null, "time of day")]
    [InlineData("203.0.113.9", "443", "ssl", null)]
    [InlineData("not an address", null, null, null)]
    public void Calls_that_are_regular_for_a_known_reason_are_explained_by_what_they_show(string destination, string? port, string? protocol, string? reason) =>
        Assert.Equal(reason, KnownRhythm.Of(destination, port, protocol));

    internal static IEnumerable<(long Ticks, double Size)> Calls(double period, double jitter, double missed, double seconds, bool steady, Random random)
    {
        for (var at = random.NextDouble() * period; at < seconds; at += period * (1 + (((random.NextDouble() * 2) - 1) * jitter)))
        {
            var size = steady ? 512 : random.Next(200, 5000);
            if (random.NextDouble() >= missed) yield return ((long)(at * TimeSpan.TicksPerSecond), size);
        }
    }

    private static BeaconState Regular(double period, double jitter, double missed, int hours, int seed)
    {
        var calls = new BeaconState(Day);
        foreach (var (ticks, size) in Calls(period, jitter, missed, hours * 3600, steady: true, new Random(seed))) calls.Add(ticks, size);
        return calls;
    }

    private static BeaconState ByChance(double mean, int hours, int seed)
    {
        var (calls, random) = (new BeaconState(Day), new Random(seed));
        for (double at = 0; at < hours * 3600; at += -Math.Log(1 - random.NextDouble()) * mean) calls.Add((long)(at * TimeSpan.TicksPerSecond), random.Next(200, 5000));
        return calls;
    }
}
