using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>What the census took in, what it could not use, and what it forgot: nothing is left out silently. Not thread-safe.</summary>
public sealed class CensusCounts
{
    /// <summary>Facts taken in, copies too.</summary>
    public long Facts { get; internal set; }

    /// <summary>Facts of records whose time cannot be read.</summary>
    public long WithoutTime { get; internal set; }

    /// <summary>Facts that do not say of whom.</summary>
    public long WithoutSubject { get; internal set; }

    /// <summary>Facts that came after their time had been decided: they count from then on.</summary>
    public long Late { get; internal set; }

    /// <summary>Containers, pods and workloads that were forgotten, those first that were told of last.</summary>
    public long Forgotten { get; internal set; }

    /// <summary>Times, values, owners or names of one subject beyond as many as are kept, and ids that stand for more containers than are looked at.</summary>
    public long Capped { get; internal set; }

    /// <summary>Questions between witnesses that could not be decided: the one that is missing was not healthy, or began to speak too late.</summary>
    public long Undecided { get; internal set; }

    /// <summary>Questions that wait for a witness to speak again.</summary>
    public long Waiting { get; internal set; }

    /// <summary>Values filled in, over all matches.</summary>
    public long Resolved { get; internal set; }

    /// <summary>Matches whose address or name stood for several.</summary>
    public long Ambiguous { get; internal set; }

    /// <summary>Matches of rules that read the census, and that it decided against.</summary>
    public long Dismissed { get; internal set; }

    /// <summary>Disagreements between witnesses.</summary>
    public long Disagreements { get; internal set; }

    /// <summary>All of them by the names under which they are shown.</summary>
    public ImmutableSortedDictionary<string, long> All => ImmutableSortedDictionary.CreateRange<string, long>(StringComparer.Ordinal,
    [
        new("ambiguous", Ambiguous), new("capped", Capped), new("disagreements", Disagreements), new("dismissed", Dismissed), new("facts", Facts), new("forgotten", Forgotten), new("late", Late),
        new("resolved", Resolved), new("undecided", Undecided), new("waiting", Waiting), new("without_subject", WithoutSubject), new("without_time", WithoutTime),
    ]);
}
