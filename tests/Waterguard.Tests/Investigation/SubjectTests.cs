using System.Text;
using System.Text.Json;
using Waterguard.Investigation;
using Xunit;

namespace Waterguard.Tests.Investigation;

/// <summary>Whom an investigation asks for, and which records name them.</summary>
public sealed class SubjectTests
{
    [Fact]
    public void An_alert_is_looked_at_from_an_hour_before_its_window_to_an_hour_after()
    {
        var subject = Read("""{"id":"a","title":"t","reason":"why","time":"2026-11-02T12:00:00Z","window":{"start":"2026-11-02T11:30:00Z","end":"2026-11-02T12:00:00Z"},"entities":{"pod":["shop/web"],"identity":["ann","system:node:n1","ab"],"address":["127.0.0.1","10.1.2.3"],"node":["n1"]}}""");
        Assert.Equal(("2026-11-02 10:30", "2026-11-02 13:00"), (subject.From.ToString("yyyy-MM-dd HH:mm", null), subject.To.ToString("yyyy-MM-dd HH:mm", null)));
        Assert.Equal(["pod shop/web", "identity ann", "address 10.1.2.3"], subject.Names.Select(n => $"{n.Kind} {n.Name}"));
        Assert.Equal((1, "why"), (subject.LeftOut, subject.Steps.Single().What));
    }

    [Fact]
    public void An_incident_that_goes_on_for_weeks_and_names_hundreds_is_cut_and_says_so()
    {
        var pods = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"shop/web-{i}\""));
        var subject = Read($$"""{"id":"i","title":"t","start":"2026-11-02T12:00:00Z","end":"2026-11-22T12:00:00Z","entities":{"pod":[{{pods}}]},"timeline":[{"time":"2026-11-02T12:00:00Z","what":"w","alert":"a"}]}""");
        Assert.Equal((64, 36, true, 7.0), (subject.Names.Length, subject.LeftOut, subject.IsShortened, (subject.To - subject.From).TotalDays));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"a","entities":{}}""")]
    [InlineData("""{"id":"a","time":"2026-11-02T12:00:00Z","entities":{"pod":[1]}}""")]
    [InlineData("""{"id":"a","time":"2026-11-02T12:00:00Z","entities":{"pod":"x"}}""")]
    [InlineData("""{"id":"a","time":"never","entities":{}}""")]
    public void What_is_neither_is_refused(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void A_time_at_the_end_of_all_times_is_no_trouble() => Assert.Equal(DateTimeOffset.MaxValue, Read("""{"id":"a","time":"9999-12-31T23:59:59Z","entities":{}}""").To);

    [Theory]
    [InlineData("identity", "ann", """{"user":"ann"}""", true)]
    [InlineData("identity", "ann", """{"user":"hannah"}""", false)]
    [InlineData("identity", "ann", """{"user":"ann-2"}""", false)]
    [InlineData("identity", "ann", """{"log":"x\nann logged in"}""", true)]
    [InlineData("identity", "a\"b", """{"user":"a\"b"}""", true)]
    [InlineData("address", "10.1.2.3", """{"ip":"10.1.2.30"}""", false)]
    [InlineData("address", "10.1.2.3", """{"ip":"10.1.2.3:443"}""", true)]
    [InlineData("pod", "shop/web", """{"namespace":"shop","name":"web"}""", true)]
    [InlineData("pod", "shop/web", """{"namespace":"other","name":"web"}""", false)]
    [InlineData("pod", "shop/web", """{"namespace":"shop","name":"web-2"}""", false)]
    [InlineData("pod", "shop/web", """{"ref":"shop/web"}""", true)]
    [InlineData("container", "0123456789abcdef0123", """{"id":"0123456789ab"}""", true)]
    [InlineData("container", "0123456789abcdef0123", """{"id":"docker://0123456789abcdef0123ffff"}""", true)]
    [InlineData("container", "0123456789abcdef0123", """{"id":"f0123456789ab"}""", false)]
    [InlineData("container", "web", """{"name":"web"}""", true)]
    public void A_record_names_somebody_by_a_word_of_its_own(string kind, string name, string record, bool names) =>
        Assert.Equal(names, new SubjectName(kind, name).IsIn(Encoding.UTF8.GetBytes(record)));

    [Fact]
    public void A_source_that_told_nothing_for_ten_minutes_was_silent()
    {
        var noon = new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);
        var deliveries = new Deliveries(noon, noon.AddHours(1));
        deliveries.Expect("a.never");
        for (var minute = 0; minute < 60; minute++)
        {
            if (minute is < 20 or > 35) deliveries.Add("b.paused", noon.AddMinutes(minute));
            deliveries.Add("c.well", noon.AddMinutes(minute));
        }

        deliveries.Add("c.well", noon.AddHours(2));
        Assert.Equal(["a.never 12:00 13:00", "b.paused 12:20 12:36"], deliveries.Gaps().Select(g => $"{g.Source} {g.From:HH:mm} {g.To:HH:mm}"));
        Assert.Equal([("a.never", 0L), ("b.paused", 44L), ("c.well", 60L)], deliveries.Sources);
    }

    private static Subject Read(string json) => Subject.Read(JsonDocument.Parse(json).RootElement);
}
