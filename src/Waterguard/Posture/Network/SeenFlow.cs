using System.Globalization;
using System.Net;

namespace Waterguard.Posture.Network;

/// <summary>A connection that was seen, in the direction in which it was opened.</summary>
/// <param name="Source">Null: no pod that is known.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
internal sealed record SeenFlow(string Id, string Time, IPAddress From, IPAddress To, Party? Source, Party? Destination, string Protocol, int Port)
{
    /// <summary>It, as a line.</summary>
    public string Says => string.Create(CultureInfo.InvariantCulture, $"{SeenEvent.Printable(Time)} {Source?.Says ?? From.ToString()} to {Destination?.Says ?? To.ToString()} {Protocol} {Port}");

    /// <summary>Reads flows of Hubble, and connections of Zeek whose ends Hubble has named. Replies, and what was dropped, are none.</summary>
    public static IEnumerable<SeenFlow> All(IReadOnlyList<SeenEvent> events, IReadOnlyDictionary<IPAddress, Party> known) => events.Select(e => OfHubble(e) ?? OfZeek(e, known)).OfType<SeenFlow>();

    /// <summary>Who had which address, by flows of Hubble.</summary>
    public static IReadOnlyDictionary<IPAddress, Party> Parties(IEnumerable<SeenEvent> events)
    {
        var known = new Dictionary<IPAddress, Party>();
        foreach (var flow in events.Select(OfHubble).OfType<SeenFlow>())
        {
            if (flow.Source is { } source) known[flow.From] = source;
            if (flow.Destination is { } destination) known[flow.To] = destination;
        }

        return known;
    }

    private static SeenFlow? OfHubble(SeenEvent seen)
    {
        var flow = Plain.At(seen.Record, "flow") ?? seen.Record;
        if (Plain.TextAt(flow, "verdict") is not ("FORWARDED" or "REDIRECTED") || Plain.At(flow, "is_reply") is true) return null;
        if (!IPAddress.TryParse(Plain.TextAt(flow, "IP", "source"), out var from) || !IPAddress.TryParse(Plain.TextAt(flow, "IP", "destination"), out var to)) return null;
        foreach (var protocol in (string[])["TCP", "UDP", "SCTP"])
        {
            if (Plain.At(flow, "l4", protocol, "destination_port") is decimal port && IsPort(port))
                return new SeenFlow(seen.Id, Plain.TextAt(flow, "time"), from, to, Party.Of(Plain.At(flow, "source")), Party.Of(Plain.At(flow, "destination")), protocol, (int)port);
        }

        return null;
    }

    private static SeenFlow? OfZeek(SeenEvent seen, IReadOnlyDictionary<IPAddress, Party> known)
    {
        if (!IPAddress.TryParse(seen.Text("id.orig_h"), out var from) || !IPAddress.TryParse(seen.Text("id.resp_h"), out var to)) return null;
        if (Plain.At(seen.Record, "id.resp_p") is not decimal port || !IsPort(port) || seen.Text("proto") is not ("tcp" or "udp")) return null;
        var time = Plain.At(seen.Record, "ts") is decimal seconds && seconds is > 0 and < 10_000_000_000m ? DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : seen.Text("ts");
        return new SeenFlow(seen.Text("uid") is { Length: > 0 } uid ? uid : seen.Id, time, from, to, known.GetValueOrDefault(from), known.GetValueOrDefault(to), seen.Text("proto").ToUpperInvariant(), (int)port);
    }

    private static bool IsPort(decimal port) => port is > 0 and <= 65535 && port == decimal.Truncate(port);
}
