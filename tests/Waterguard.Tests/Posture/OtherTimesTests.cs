using System.Text;
using Waterguard.Posture;
using Waterguard.Storage.Archives;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>What the archive has of other times is what a proposal is tried on.</summary>
public sealed class OtherTimesTests
{
    [Fact]
    public void The_archive_tells_who_else_would_be_hit()
    {
        using var folder = Repository.Folder();
        var bad = Incidents.Spec("\"securityContext\":{\"privileged\":true},");
        Assert.Contains("there is no archive: proposals were tried on the incident alone", Report(folder, bad).Notes);
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
        var listed = Incidents.Pod(4, bad, user: "reader", verb: "list");
        Archive.Open(folder.Path, "j").Write([.. new[] { Incidents.Pod(1, bad), Incidents.Pod(2, bad, user: "pipeline"), listed }.Select(e => ("kubernetes.audit", at, Encoding.UTF8.GetBytes(e.ToJsonString())))], 1);
        var proposal = Assert.Single(Report(folder, bad).Proposals);
        Assert.Equal((1, 1), (proposal.Check.OthersHit, proposal.Check.OthersTried));
    }

    private static PostureReport Report(TemporaryFolder folder, string bad) => new Postures(() => Incidents.Content, folder.Path, [], TimeProvider.System).Of(Incidents.Alert([Incidents.Pod(1, bad)]).ToJsonString(), CancellationToken.None);
}
