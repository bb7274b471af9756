using Waterguard.Detection.Matching;

namespace Waterguard.Detection.State;

/// <summary>Finds copies of records again that somebody else keeps: state holds their places only. Thread-safe.</summary>
public interface IRawPlaces
{
    /// <summary>The copy that has this <see cref="RawRecord.Place"/>; null when it is kept no longer.</summary>
    RawRecord? Find(long at, int length);
}
