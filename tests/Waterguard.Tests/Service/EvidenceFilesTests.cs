using System.Text;
using Waterguard.Service;
using Xunit;

namespace Waterguard.Tests.Service;

public sealed class EvidenceFilesTests
{
    [Fact]
    public void A_copy_is_found_again_by_its_place_after_a_restart()
    {
        using var folder = Repository.Folder();
        (long At, int Length) place;
        using (var files = new EvidenceFiles(folder.Path, 1 << 20))
        {
            files.Keep("{\"first\":1}"u8);
            place = files.Keep("{\"second\":2}"u8).Place!.Value;
            files.Flush();
        }

        using var again = new EvidenceFiles(folder.Path, 1 << 20);
        var other = again.Keep("{\"third\":3}"u8);
        Assert.Equal("{\"second\":2}", Encoding.UTF8.GetString(again.Find(place.At, place.Length)!.Read().Span));
        Assert.Equal("{\"third\":3}", Encoding.UTF8.GetString(other.Read().Span));
        Assert.NotEqual(place, other.Place);
    }

    [Fact]
    public void When_all_together_are_too_large_the_oldest_file_goes_and_is_counted()
    {
        using var folder = Repository.Folder();
        using var files = new EvidenceFiles(folder.Path, mostBytes: 3000, fileBytes: 1000);
        var record = new byte[600];
        var kept = Enumerable.Range(0, 10).Select(_ => files.Keep(record)).ToArray();
        Assert.Empty(kept[0].Read().ToArray());
        Assert.Null(files.Find(kept[0].Place!.Value.At, 600));
        Assert.Equal(600, kept[^1].Read().Length);
        Assert.Equal(files.FilesRemoved, 10 - Directory.GetFiles(folder.Path).Length);
        Assert.True(Directory.GetFiles(folder.Path).Sum(f => new FileInfo(f).Length) <= 3600);
    }

    [Fact]
    public void A_place_that_nobody_wrote_to_holds_nothing()
    {
        using var folder = Repository.Folder();
        using var files = new EvidenceFiles(folder.Path, 1 << 20);
        var (at, length) = files.Keep("{}"u8).Place!.Value;
        Assert.Null(files.Find(at + 1, length));
        Assert.Null(files.Find(long.MaxValue, 1));
    }
}
