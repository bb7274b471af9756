using Waterguard.Detection.Census;
using Xunit;
using static Waterguard.Tests.Census.Facts;

namespace Waterguard.Tests.Census;

/// <summary>What a flood can do to the census: it forgets the dead first, and counts what it forgets.</summary>
public sealed class CensusBoundsTests
{
    [Fact]
    public void Beyond_its_size_those_go_first_that_are_over_and_each_is_counted()
    {
        var census = new ContainerCensus(most: 64);
        census.Add(Of(Engine, Subject.Container, Saying.Starts, 0, "container=lives address=10.0.0.1"));
        for (var i = 0; i < 500; i++)
        {
            census.Add(Of(Engine, Subject.Container, Saying.Starts, 10 + i, $"container=c{i}"));
            census.Add(Of(Engine, Subject.Container, Saying.Ends, 11 + i, $"container=c{i}"));
            census.Add(Of(Orchestrator, Subject.Pod, Saying.Starts, i, $"pod.name=p{i} namespace=n pod.uid=u{i} address=10.1.0.{i % 250}"));
        }

        Assert.InRange(census.Containers, 1, 64);
        Assert.InRange(census.Pods, 1, 64);
        Assert.Equal(501 - census.Containers + 500 - census.Pods, census.Counts.Forgotten);
        Assert.Single(new CensusLookup(census).OfContainer("lives", "", At(600), At(600)));
        Assert.Single(new CensusLookup(census).OfAddress("10.0.0.1", "", At(600), At(600)));
    }

    [Fact]
    public void One_subject_with_endless_values_and_times_stays_small_and_says_so()
    {
        var census = new ContainerCensus();
        for (var i = 0; i < 3000; i++) census.Add(Of(Engine, Subject.Container, i % 2 == 0 ? Saying.Starts : Saying.Ends, i * 2000, $"container=c1 image=i{i} address=10.0.0.1"));
        for (var i = 0; i < 200; i++) census.Add(Of(Orchestrator, Subject.Pod, Saying.Seen, i, $"pod.name=p{i} namespace=n address=10.2.0.1"));
        census.CountCapped();

        Assert.True(census.Counts.Capped > 3000, $"{census.Counts.Capped}");
        Assert.InRange(census.Addresses.Of("10.2.0.1").Count, 1, 64);
    }

    [Fact]
    public void Facts_that_say_of_nobody_are_counted()
    {
        var census = Told(Of(Engine, Subject.Container, Saying.Seen, 0, "image=i"), Of(Orchestrator, Subject.Pod, Saying.Seen, 0, "namespace=n"), Of(Orchestrator, Subject.Identity, Saying.Seen, 0, "identity.name=a"));

        Assert.Equal((3, 3), (census.Counts.Facts, census.Counts.WithoutSubject));
    }

    [Fact]
    public void Minutes_heard_in_any_order_are_runs_and_a_silence_is_one_however_long_it_was_watched()
    {
        var random = new Random(5);
        long[] minutes = [.. Enumerable.Range(0, 50).Concat(Enumerable.Range(60, 40)).Select(m => (long)m)];
        random.Shuffle(minutes);
        var heard = new MinuteSet();
        foreach (var minute in minutes) heard.Add(minute);

        Assert.Equal([(0L, 49L), (60L, 99L)], heard.Runs);
        Assert.True(heard.Covers(5, 40, 2));
        Assert.True(heard.Covers(5, 80, 11));
        Assert.False(heard.Covers(5, 80, 10));
        Assert.False(heard.Covers(-5, 10, 2));
        Assert.Equal((49L, 60L, null), (heard.LastUpTo(55), heard.FirstFrom(50), heard.FirstFrom(100)));
    }
}
