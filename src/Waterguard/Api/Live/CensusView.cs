using System.Text.Json.Nodes;
using Waterguard.Api.Routing;
using Waterguard.Detection.Census;
using Waterguard.Output;

namespace Waterguard.Api.Live;

/// <summary>What the census says, as it was a few seconds ago at most: judging is not stopped by readers again and again. Thread-safe.</summary>
internal sealed class CensusView(ApiParts parts)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private JsonObject? _seen;
    private DateTimeOffset _at;

    /// <summary>Containers, witnesses, disagreements and counts, in the form of <c>waterguard census -o json</c>. Not to be changed.</summary>
    public JsonObject Now()
    {
        lock (_lock)
        {
            var now = parts.Time.GetUtcNow();
            if (_seen is not null && now - _at < s_fresh) return _seen;
            JsonObject? seen = null;
            if (!parts.Judgement.TryLook(s_patience, correlations =>
            {
                using var stream = new MemoryStream();
                var census = correlations.Census;
                CensusJson.Write(CensusReport.Of(census.Census, parts.Generation.Readings.Witnesses), census.Disagreements, census.Census.Counts, stream);
                seen = JsonNode.Parse(stream.ToArray(), null, new() { MaxDepth = 256 })!.AsObject();
            })) throw new RefusedException(503, "Busy", "Judging has not come to a rest within five seconds.") { RetryAfter = 5 };
            (_seen, _at) = (seen!, now);
            return _seen;
        }
    }
}
